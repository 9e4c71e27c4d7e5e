namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>The four bytes at the start of each record of a zip archive (PKWARE APPNOTE 4.3).</summary>
internal static class ZipSignature
{
    public const uint LocalHeader = 0x04034b50;
    public const uint DirectoryEntry = 0x02014b50;
    public const uint Zip64End = 0x06064b50;
    public const uint Zip64Locator = 0x07064b50;
    public const uint End = 0x06054b50;
}
