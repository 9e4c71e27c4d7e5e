using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;

namespace OpenSora.Video.Writing;

/// <summary>Writes one frame as PNG, with the same calls as <see cref="VideoWriter"/>. The pixels are kept exactly.</summary>
public sealed class ImageWriter : IDisposable
{
    private readonly FrameSize _size;
    private readonly PartialFile _file;
    private bool _written;

    /// <param name="path">The PNG. Its folder is made when missing; an older file is replaced.</param>
    /// <exception cref="Contracts.InputException">The folder cannot be written to.</exception>
    public ImageWriter(string path, FrameSize size) => (_size, _file) = (size, new PartialFile(path));

    /// <summary>The frame: RGB24, rows from the top.</summary>
    /// <exception cref="ArgumentException">The length is not that of a frame.</exception>
    /// <exception cref="InvalidOperationException">A second frame.</exception>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    public void Write(ReadOnlySpan<byte> rgb)
    {
        if (_written)
            throw new InvalidOperationException("an image has one frame");
        try
        {
            using FileStream stream = File.Create(_file.TemporaryPath);
            Png.Write(stream, _size.Height, _size.Width, rgb);
        }
        catch (IOException full) when (DiskFullException.Is(full))
        {
            throw _file.Full(full);
        }
        _written = true;
    }

    /// <summary>Gives the file its name.</summary>
    /// <exception cref="InvalidOperationException">No frame was written.</exception>
    public void Complete()
    {
        if (!_written)
            throw new InvalidOperationException("an image needs a frame");
        _file.Commit();
    }

    public void Dispose() => _file.Dispose();
}
