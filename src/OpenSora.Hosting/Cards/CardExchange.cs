using System.Threading.Channels;
using OpenSora.Contracts.Cards;
using OpenSora.Links;

namespace OpenSora.Hosting.Cards;

/// <summary>What the work of a call has of the coordinator: the tensors that come, and a place for replies.</summary>
/// <param name="link">Of the call.</param>
public sealed class CardExchange(PartLink link)
{
    private readonly Channel<(CardReply Reply, IReadOnlyList<Part> Parts)> _replies =
        Channel.CreateUnbounded<(CardReply, IReadOnlyList<Part>)>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Held while a reply is on its way.</summary>
    private readonly SemaphoreSlim _way = new(1);

    internal ChannelReader<(CardReply Reply, IReadOnlyList<Part> Parts)> Replies => _replies.Reader;

    internal PartLink Link => link;

    /// <summary>The next tensor of the task; waits for it as long as the coordinator is there.</summary>
    /// <exception cref="PeerException">It is gone.</exception>
    public Part Receive(CancellationToken cancel) => link.Receive(isPatient: true, cancel);

    /// <summary>
    /// Hands over a reply once the coordinator has the one before: a card that is lost takes no more than one with it. A step's is waited
    /// for: none of the gang begins the next one while the coordinator could still lose this one. The parts must not change any more.
    /// To be called by a thread that may block.
    /// </summary>
    /// <exception cref="OperationCanceledException">The reader has gone away.</exception>
    public void Send(CardReply reply, IReadOnlyList<Part> parts, CancellationToken cancel)
    {
        _way.Wait(cancel);
        _replies.Writer.TryWrite((reply, parts));
        if (reply is StepHandedIn)
        {
            _way.Wait(cancel);
            _way.Release();
        }
    }

    /// <summary>The coordinator has the reply that was read.</summary>
    internal void Arrived() => _way.Release();

    /// <summary>No more replies come.</summary>
    internal void Complete(Exception? why) => _replies.Writer.TryComplete(why);
}
