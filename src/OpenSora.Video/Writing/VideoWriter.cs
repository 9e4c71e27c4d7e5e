using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Video.Ffmpeg;

namespace OpenSora.Video.Writing;

/// <summary>
/// Writes an mp4 (H.264, yuv420p, moov before mdat) while its frames come: they go to ffmpeg through a pipe, so that no
/// more than a few are in memory, and a slow encoder holds <see cref="Write"/> back. The same frames give the same bytes.
/// The file appears with <see cref="Complete"/>, when it was played and is all that was written; disposed without it, killed or
/// cancelled, nothing is left behind.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    private readonly string _path;
    private readonly FrameSize _size;
    private readonly FrameRate _rate;
    private readonly CancellationToken _cancel;
    private readonly PartialFile _file;
    private readonly FfmpegProcess _encoder;

    /// <summary>Starts the encoder.</summary>
    /// <param name="path">The mp4. Its folder is made when missing; an older file is replaced.</param>
    /// <param name="size">Size of the frames. Both sides even: there is one colour for four pixels.</param>
    /// <param name="crf">Constant rate factor, 0 to 51, smaller is better and larger; null for 44 dB and more in Y'CbCr (<see cref="H264"/>).</param>
    /// <param name="cancel">Stops the encoder; the call that waits for it throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">ffmpeg is not installed, or the folder cannot be written to.</exception>
    /// <exception cref="ArgumentException">A side is odd.</exception>
    public VideoWriter(string path, FrameSize size, FrameRate rate, int? crf = null, CancellationToken cancel = default)
    {
        if (size.Height % 2 != 0 || size.Width % 2 != 0)
            throw new ArgumentException($"frames of {size} cannot be stored as yuv420p: both sides must be even", nameof(size));
        (_path, _size, _rate, _cancel) = (path, size, rate, cancel);
        _file = new PartialFile(path);
        try
        {
            _encoder = FfmpegProcess.Start(
                [
                    "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", string.Create(CultureInfo.InvariantCulture, $"{size.Width}x{size.Height}"),
                    "-framerate", rate.ToString(), "-i", "pipe:0", "-vf", H264.ToYuv,
                    .. H264.Arguments(crf), FfmpegProcess.File(_file.TemporaryPath),
                ],
                cancel);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Frames written so far.</summary>
    public long Frames { get; private set; }

    internal int EncoderId => _encoder.Id;

    /// <summary>One frame: RGB24, rows from the top. Waits while the encoder is behind.</summary>
    /// <exception cref="ArgumentException">The length is not that of a frame.</exception>
    /// <exception cref="CardException">The encoder failed; the message holds what it said.</exception>
    /// <exception cref="DiskFullException">There is no room for the file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != _size.Rgb24Bytes)
            throw new ArgumentException($"{rgb.Length} bytes are not a frame of {_size} in RGB24, {_size.Rgb24Bytes} bytes", nameof(rgb));
        try
        {
            _encoder.Input.Write(rgb);
        }
        catch (IOException broken)
        {
            throw Failed(_encoder.Wait() ?? $"ffmpeg ended early{_encoder.Said()}", broken);
        }
        Frames++;
    }

    /// <summary>Waits for the encoder, plays the file, and gives it its name.</summary>
    /// <exception cref="InvalidOperationException">No frame was written.</exception>
    /// <exception cref="CardException">The encoder failed, or what it wrote does not play.</exception>
    /// <exception cref="DiskFullException">There is no room for the file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Complete()
    {
        if (Frames == 0)
            throw new InvalidOperationException("a video needs a frame");
        if ((_encoder.FinishSilently() ?? new Playback(_size, _rate, Frames).DiffersIn(_file.TemporaryPath, _cancel)) is { } failure)
            throw Failed(failure, null);
        _file.Commit();
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _file.Dispose();
    }

    private Exception Failed(string why, Exception? inner) => DiskFullException.Says(why)
        ? _file.Full(inner)
        : new CardException($"{_path} could not be written after frame {Frames}: {why}", inner ?? new IOException(why));
}
