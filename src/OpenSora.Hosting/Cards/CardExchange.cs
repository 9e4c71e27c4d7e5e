using System.Threading.Channels;
using OpenSora.Contracts.Cards;
using OpenSora.Links;

namespace OpenSora.Hosting.Cards;

/// <summary>What the work of a call has of the coordinator: the tensors that come, and a place for replies.</summary>
/// <param name="link">Of the call.</param>
public sealed class CardExchange(PartLink link)
{
    /// <summary>Whoever replies waits only when the reader is so many replies behind.</summary>
    private const int Ahead = 2;

    private readonly Channel<(CardReply Reply, IReadOnlyList<Part> Parts)> _replies =
        Channel.CreateBounded<(CardReply, IReadOnlyList<Part>)>(new BoundedChannelOptions(Ahead) { SingleReader = true });

    internal ChannelReader<(CardReply Reply, IReadOnlyList<Part> Parts)> Replies => _replies.Reader;

    internal PartLink Link => link;

    /// <summary>The next tensor of the task; waits for it as long as the coordinator is there.</summary>
    /// <exception cref="PeerException">It is gone.</exception>
    public Part Receive(CancellationToken cancel) => link.Receive(isPatient: true, cancel);

    /// <summary>Hands over a reply. Its parts must not change any more. To be called by a thread that may block.</summary>
    /// <exception cref="OperationCanceledException">The reader has gone away.</exception>
    public void Send(CardReply reply, IReadOnlyList<Part> parts, CancellationToken cancel)
    {
        if (!_replies.Writer.TryWrite((reply, parts)))
            _replies.Writer.WriteAsync((reply, parts), cancel).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>No more replies come.</summary>
    internal void Complete(Exception? why) => _replies.Writer.TryComplete(why);
}
