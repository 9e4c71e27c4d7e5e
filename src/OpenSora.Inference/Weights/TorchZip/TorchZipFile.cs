using System.Buffers.Binary;
using OpenSora.Contracts;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// A mapped torch.save archive: <c>NAME/data.pkl</c> says which tensors there are, <c>NAME/data/K</c> are their storages,
/// used in place. The pickle is read by <see cref="Unpickler"/>, which runs nothing.
/// </summary>
internal sealed class TorchZipFile : TensorFile
{
    /// <summary>
    /// Room for 25 000 tensors. A hostile pickle can make objects of some 60 bytes for each of its own, so this bounds
    /// what reading one costs.
    /// </summary>
    private const long MaxPickleBytes = 4 << 20;

    private const string PickleName = "/data.pkl";

    private TorchZipFile(MappedFile file, IReadOnlyDictionary<string, StoredTensor> tensors) : base(file, tensors) { }

    /// <summary>Whether the file begins like a zip archive.</summary>
    public static bool Recognises(MappedFile file) =>
        file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file.Span(0, 4)) == ZipSignature.LocalHeader;

    /// <summary>
    /// Whether the file begins like a pickle, as torch before 1.6 saved: opcode and protocol, and no safetensors header,
    /// whose length may look the same.
    /// </summary>
    public static bool IsBarePickle(MappedFile file) =>
        file.Length >= 9 && file.Span(0, 9) is [(byte)PickleOpcode.Protocol, <= 5, _, _, _, _, _, _, not (byte)'{'];

    /// <summary>Reads the directory and the pickle; no tensor data is touched.</summary>
    /// <exception cref="InputException">It is not such an archive, it is damaged, or it wants to run code.</exception>
    public static TorchZipFile Read(MappedFile file)
    {
        try
        {
            Dictionary<string, ZipEntry> entries = ZipDirectory.Read(file);
            string archive = ArchiveName(entries);
            RefuseBigEndian(file, archive, entries);
            object value = Unpickler.Read(Pickle(file, entries[archive + PickleName]), file.Path);
            return new TorchZipFile(file, TorchStateDict.Place(value, archive, entries));
        }
        catch (FormatException e)
        {
            throw new InputException(
                $"{file.Path} {e.Message}: the file is damaged or not written by torch.save; copy or download it again", e);
        }
    }

    /// <summary>The folder that all entries of the archive lie in.</summary>
    private static string ArchiveName(Dictionary<string, ZipEntry> entries)
    {
        List<string> pickles = entries.Keys.Where(name => name.EndsWith(PickleName, StringComparison.Ordinal)).ToList();
        if (pickles.Count != 1)
            throw new FormatException($"is a zip archive with {pickles.Count} files NAME{PickleName} where torch.save writes one");
        return pickles[0][..^PickleName.Length];
    }

    private static ReadOnlySpan<byte> Pickle(MappedFile file, ZipEntry entry)
    {
        if (entry.Length > MaxPickleBytes)
            throw new FormatException($"has a data.pkl of {entry.Length} bytes, more than {MaxPickleBytes}");
        return file.Span(entry.Offset, (int)entry.Length);
    }

    private static void RefuseBigEndian(MappedFile file, string archive, Dictionary<string, ZipEntry> entries)
    {
        if (!entries.TryGetValue($"{archive}/byteorder", out ZipEntry entry))
            return; // torch before 2.1 does not say
        if (entry.Length != 6 || !file.Span(entry.Offset, 6).SequenceEqual("little"u8))
            throw new FormatException("has numbers of another byte order than little-endian");
    }
}
