namespace OpenSora.Contracts.Media;

/// <summary>The file with a mark that <c>--watermark</c> adds to a video.</summary>
public static class MarkedFile
{
    /// <summary>Its name: <c>NAME_watermark.mp4</c> beside the video.</summary>
    public static string Of(string video) =>
        Path.Combine(Path.GetDirectoryName(video) ?? "", $"{Path.GetFileNameWithoutExtension(video)}_watermark{Path.GetExtension(video)}");
}
