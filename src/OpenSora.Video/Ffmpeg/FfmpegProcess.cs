using System.ComponentModel;
using System.Diagnostics;
using OpenSora.Contracts;

namespace OpenSora.Video.Ffmpeg;

/// <summary>
/// ffmpeg or ffprobe as a child process that is fed and read through pipes. Its arguments go as a list, never through a shell. The
/// child does not outlive this object, nor the cancellation that it was started with.
/// </summary>
internal sealed class FfmpegProcess : IDisposable
{
    /// <summary>What ffmpeg gives when it was asked to stop by a signal, e.g. Ctrl-C in the same terminal.</summary>
    private const int Interrupted = 255;
    private const int LinesOfErrorKept = 12;

    private readonly Process _process;
    private readonly Queue<string> _errors = new();
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _registration;

    private FfmpegProcess(Process process, CancellationToken cancel)
    {
        (_process, _cancel) = (process, cancel);
        // Left undrained, the pipe of stderr fills up and ffmpeg stands still.
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
        _registration = cancel.Register(Kill);
    }

    /// <summary>What ffmpeg reads as <c>pipe:0</c>.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What ffmpeg writes to <c>pipe:1</c>.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    internal int Id => _process.Id;

    /// <summary>Starts ffmpeg.</summary>
    /// <param name="cancel">Kills ffmpeg; calls that wait for it then throw <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">ffmpeg is not installed.</exception>
    public static FfmpegProcess Start(IEnumerable<string> arguments, CancellationToken cancel) => Start("ffmpeg", ["-nostdin", .. arguments], cancel);

    /// <summary>Starts ffprobe, which tells about files.</summary>
    /// <inheritdoc cref="Start(IEnumerable{string}, CancellationToken)"/>
    public static FfmpegProcess Probe(IEnumerable<string> arguments, CancellationToken cancel) => Start("ffprobe", arguments, cancel);

    private static FfmpegProcess Start(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        ProcessStartInfo start = new(program, ["-hide_banner", "-loglevel", "error", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return new FfmpegProcess(Process.Start(start)!, cancel);
        }
        catch (Win32Exception missing)
        {
            throw new InputException($"{program} was not found: videos are read and written with ffmpeg; install it, e.g. apt-get install ffmpeg", missing);
        }
    }

    /// <summary>The name of a local file in ffmpeg's arguments: nothing in it is taken for an option or a protocol.</summary>
    public static string File(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>Ends the input and waits until ffmpeg is done.</summary>
    /// <returns>Null, or why ffmpeg failed: exit code and the end of what it said.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string? Finish()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // ffmpeg is gone already; its exit code tells.
        }
        return Wait();
    }

    /// <summary>As <see cref="Finish"/>, where a word of error counts as well as the exit code: ffmpeg may end with 0 after "No space left on device".</summary>
    /// <inheritdoc cref="Finish"/>
    public string? FinishSilently() => Finish() ?? (HasSaid ? $"ffmpeg ended with exit code 0{Said()}" : null);

    /// <summary>Waits until ffmpeg is done; its input must have ended, or its pipe be broken.</summary>
    /// <inheritdoc cref="Finish"/>
    public string? Wait()
    {
        _process.WaitForExit();
        _cancel.ThrowIfCancellationRequested();
        if (_process.ExitCode == Interrupted)
            throw new OperationCanceledException("ffmpeg was interrupted");
        return _process.ExitCode == 0 ? null : $"ffmpeg ended with exit code {_process.ExitCode}{Said()}";
    }

    /// <summary>The last lines that ffmpeg wrote to its standard error, after a colon; nothing when it was silent.</summary>
    public string Said()
    {
        lock (_errors)
            return _errors.Count == 0 ? " and said nothing" : ": " + string.Join(" | ", _errors);
    }

    private bool HasSaid
    {
        get
        {
            lock (_errors)
                return _errors.Count > 0;
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_errors)
        {
            _errors.Enqueue(line.Trim());
            if (_errors.Count > LinesOfErrorKept)
                _errors.Dequeue();
        }
    }
}
