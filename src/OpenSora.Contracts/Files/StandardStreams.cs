using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace OpenSora.Contracts.Files;

/// <summary>Standard output could not be written to: what was to be printed is lost.</summary>
public sealed class OutputLostException(Exception inner)
    : IOException($"standard output cannot be written to ({inner.Message.TrimEnd('.')}): what was to be printed is lost; let it go to a terminal, a pipe or a disk with room", inner);

/// <summary>
/// The standard streams of a program, which may be closed, or go to a disk that fills. Words on standard error are dropped then, and end nothing;
/// data on standard output is missed by whoever asked for it.
/// </summary>
public static class StandardStreams
{
    private const int Input = 0, Output = 1, Error = 2;

    /// <summary>In <c>/proc/self/fdinfo</c>, in octal: the descriptor does not go on to another program, so none has handed it down.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>What stands where a stream was closed, so that no file of this program gets its number, and words with it.</summary>
    private static readonly List<SafeFileHandle> s_held = [];

    private static readonly bool[] s_isGiven = [IsInherited(Input), IsInherited(Output), IsInherited(Error)];

    /// <summary>Whether there was a standard input when the program began.</summary>
    public static bool HasInput => s_isGiven[Input];

    /// <summary>To be called before anything is written.</summary>
    /// <param name="isData">Whether standard output is what the program is asked for; else it is words, too.</param>
    public static void Guard(bool isData)
    {
        while (!s_isGiven.All(given => given) && File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite) is var nowhere)
        {
            s_held.Add(nowhere);
            if (nowhere.DangerousGetHandle() > Error)
                break;
        }
        Console.SetOut(Writer(s_isGiven[Output] ? Console.OpenStandardOutput() : null, isData, Console.Out));
        Console.SetError(Writer(s_isGiven[Error] ? Console.OpenStandardError() : null, false, Console.Error));
    }

    private static StreamWriter Writer(Stream? stream, bool isData, TextWriter before) => new(new GuardedStream(stream, isData), before.Encoding) { AutoFlush = true };

    /// <summary>A closed descriptor may have become that of a file of the runtime, before any of our code runs.</summary>
    private static bool IsInherited(int descriptor)
    {
        try
        {
            string flags = File.ReadLines($"/proc/self/fdinfo/{descriptor.ToString(CultureInfo.InvariantCulture)}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt64(flags[6..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <param name="to">Null where there is none.</param>
    private sealed class GuardedStream(Stream? to, bool isData) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                (to ?? throw new IOException("it is closed")).Write(buffer);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (isData)
                    throw new OutputLostException(failure);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() => to?.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
