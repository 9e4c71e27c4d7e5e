using OpenSora.Contracts.Clips;

namespace OpenSora.Contracts.Media;

/// <summary>Files, as a generation needs them: frames in, frames out.</summary>
public interface IMedia
{
    /// <summary>The frames of an image (one) or a video, as they are decoded.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    IEnumerable<RgbImage> Read(string path, CancellationToken cancel);

    /// <summary>Whether the path names a video rather than an image. An animation is one, whatever its name.</summary>
    bool IsVideo(string path, CancellationToken cancel);

    /// <summary>A new file of frames of one size.</summary>
    IFrameSink Create(string path, FrameSize size, CancellationToken cancel);
}

/// <summary>Takes the frames of one file in order. The file exists after <see cref="Complete"/>, and not before.</summary>
public interface IFrameSink : IDisposable
{
    /// <summary>One frame: RGB24, rows from the top. Blocks while the encoder is behind.</summary>
    void Write(ReadOnlySpan<byte> rgb);

    /// <summary>Closes the file and gives it its name.</summary>
    void Complete();
}
