using System.Threading.Channels;
using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Streaming;

/// <summary>Delivers a stream's events to one subscriber, in order and one at a time; to a grain as requests that wait for its other calls.</summary>
internal sealed class Subscription
{
    /// <summary>An event that its subscriber refuses is offered again for so long, ever less often, and then given up.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Channel<(object? Item, EventToken Token)> events =
        Channel.CreateUnbounded<(object?, EventToken)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource ended;
    private readonly Silo silo;
    private volatile Receiver? receiver;

    public Subscription(StreamId stream, Silo silo, GrainId? owner)
    {
        (Stream, this.silo, Owner) = (stream, silo, owner);
        ended = CancellationTokenSource.CreateLinkedTokenSource(silo.Stopping);
        CancellationToken token = ended.Token;
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => DeliverAllAsync(token), CancellationToken.None);
        }
    }

    public StreamId Stream { get; }

    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>The grain that has subscribed; null for the process outside grains.</summary>
    public GrainId? Owner { get; }

    /// <summary>Sets who takes the events from now on; in a grain, only as long as this activation lasts.</summary>
    public void Attach(Func<object?, EventToken, Task> receive) => receiver = new Receiver(receive, Activation.Current);

    public void Enqueue(object? item, EventToken token) => events.Writer.TryWrite((item, token));

    public void End()
    {
        ended.Cancel();
        ended.Dispose();
    }

    private async Task DeliverAllAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach ((object? item, EventToken token) in events.Reader.ReadAllAsync(cancellation))
            {
                await DeliverAsync(item, token, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Unsubscribed, or the host stops: events that are left are lost, as those of the packages' memory streams are.
        }
    }

    private async Task DeliverAsync(object? item, EventToken token, CancellationToken cancellation)
    {
        long begin = silo.Clock.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await OfferAsync(item, token).WaitAsync(cancellation);
                return;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                silo.LogDeliveryFailed(Stream, error);
                if (silo.Clock.GetElapsedTime(begin) > GiveUpAfter)
                {
                    return;
                }
            }
            await Task.Delay(pause, silo.Clock, cancellation);
        }
    }

    private Task OfferAsync(object? item, EventToken token)
    {
        if (Owner is not { } grain)
        {
            return receiver!.Receive(item, token);
        }
        Turn turn = new(activation => OfferToGrainAsync(activation, item, token));
        silo.Send(grain, turn);
        return turn.Response;
    }

    /// <summary>On the grain's turn. An activation that was made for this event has had its chance to resume.</summary>
    private async Task<object?> OfferToGrainAsync(Activation activation, object? item, EventToken token)
    {
        if (receiver is { } current && ReferenceEquals(current.Activation, activation))
        {
            await current.Receive(item, token);
        }
        else
        {
            silo.LogNobodyResumed(activation.GrainId, Stream);
        }
        return null;
    }

    private sealed record Receiver(Func<object?, EventToken, Task> Receive, Activation? Activation);
}
