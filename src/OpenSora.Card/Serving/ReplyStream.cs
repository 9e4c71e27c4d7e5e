using System.Threading.Channels;
using OpenSora.Contracts.Cards;

namespace OpenSora.Card.Serving;

/// <summary>
/// The answer to a task while it is made: replies go out in order, and in between a sign of life at least every
/// <see cref="CardProtocol.Heartbeat"/>. Whoever replies waits only when the reader is two replies behind.
/// </summary>
internal sealed class ReplyStream(Stream output, Func<CardState> state)
{
    private const int Ahead = 2;

    private readonly Channel<(CardReply Reply, IReadOnlyList<ReadOnlyMemory<byte>> Parts)> _replies =
        Channel.CreateBounded<(CardReply, IReadOnlyList<ReadOnlyMemory<byte>>)>(new BoundedChannelOptions(Ahead) { SingleReader = true });

    /// <summary>Hands over a reply. Its parts must not change any more. To be called by a thread that may block.</summary>
    /// <exception cref="OperationCanceledException">The reader has gone away.</exception>
    public void Send(CardReply reply, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken cancel)
    {
        if (!_replies.Writer.TryWrite((reply, parts)))
            _replies.Writer.WriteAsync((reply, parts), cancel).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>No more replies come.</summary>
    public void Complete() => _replies.Writer.TryComplete();

    /// <summary>Writes all replies until <see cref="Complete"/>.</summary>
    public async Task Write(CancellationToken cancel)
    {
        await WriteAlive(cancel);
        Task<bool> next = _replies.Reader.WaitToReadAsync(cancel).AsTask();
        while (true)
        {
            if (await Task.WhenAny(next, Task.Delay(CardProtocol.Heartbeat, cancel)) != next)
            {
                cancel.ThrowIfCancellationRequested();
                await WriteAlive(cancel);
                continue;
            }
            if (!await next)
                return;
            while (_replies.Reader.TryRead(out (CardReply Reply, IReadOnlyList<ReadOnlyMemory<byte>> Parts) ready))
                await Parcels.Write(output, ready.Reply, CardsJson.Default.CardReply, ready.Parts, cancel);
            next = _replies.Reader.WaitToReadAsync(cancel).AsTask();
        }
    }

    private Task WriteAlive(CancellationToken cancel) => Parcels.Write<CardReply>(output, new Alive(state()), CardsJson.Default.CardReply, [], cancel);
}
