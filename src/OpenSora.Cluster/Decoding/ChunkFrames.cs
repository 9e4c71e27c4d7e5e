using OpenSora.Cluster.Cards;
using System.Threading.Channels;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Decoding;

/// <summary>
/// The frames of one chunk on their way from whichever card decodes it to the file. Another attempt sends them from the
/// first one on: those that came before are the same bytes, and are passed over.
/// </summary>
/// <param name="frames">How many come.</param>
/// <param name="frameBytes">Bytes of one.</param>
internal sealed class ChunkFrames(int frames, long frameBytes)
{
    private readonly Channel<ReadOnlyMemory<byte>> _ready = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private int _taken;

    /// <summary>The frames in order, some at a time.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAll(CancellationToken cancel) => _ready.Reader.ReadAllAsync(cancel);

    /// <summary>Who hears the replies of one attempt.</summary>
    /// <exception cref="AnswerException">Thrown by the result for frames that are not of this chunk.</exception>
    public Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>> Listen()
    {
        int seen = 0;
        return (reply, parts) =>
        {
            if (reply is not FramesDecoded { Frames: var count })
                return;
            if (count < 1 || seen + count > frames || parts.Count != 1 || parts[0].Length != count * frameBytes)
                throw new AnswerException($"{count} frames in {parts.Select(part => (long)part.Length).Sum()} bytes after {seen} of {frames} frames of {frameBytes} bytes");
            int known = Math.Clamp(_taken - seen, 0, count);
            seen += count;
            if (known == count)
                return;
            _ready.Writer.TryWrite(parts[0][(int)(known * frameBytes)..]);
            _taken = seen;
        };
    }

    /// <summary>No more frames come.</summary>
    public void End(Exception? why = null) => _ready.Writer.TryComplete(why);

    public bool IsWhole => _taken == frames;
}
