using OpenSora.Contracts.Clips;

namespace OpenSora.Contracts.Media;

/// <summary>The files of a job, as its host makes and reads them.</summary>
public interface IJobMedia : IMedia
{
    /// <summary>Looks at references before anything is loaded: of each, one frame is decoded.</summary>
    /// <returns>What their user should know.</returns>
    /// <exception cref="InputException">One is missing, damaged, or neither an image nor a video.</exception>
    IReadOnlyList<string> Require(IEnumerable<string> references);

    /// <summary>An image as a frame of a clip: see <see cref="ImageCover"/>.</summary>
    /// <inheritdoc cref="IMedia.Read"/>
    RgbImage ReadCovering(string path, FrameSize size, CancellationToken cancel);

    /// <summary>The extension that a reference is kept under, with the dot, by its content.</summary>
    string ExtensionOf(ReadOnlySpan<byte> reference);

    /// <summary>A picture as a PNG file.</summary>
    byte[] ToPng(RgbImage image);

    /// <summary>Writes a second file with a mark beside a video.</summary>
    /// <returns>The marked file.</returns>
    string Mark(string video, FrameSize size, CancellationToken cancel);
}
