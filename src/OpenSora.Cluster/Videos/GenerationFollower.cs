using System.Threading.Channels;
using OpenSora.Cluster.Grains;
using Orleans.Streams;

namespace OpenSora.Cluster.Videos;

/// <summary>Follows the events of a generation, or of all of an owner. A follower that is slow misses the oldest; the row tells how things stand.</summary>
internal sealed class GenerationFollower : IAsyncDisposable
{
    private const int MostUnread = 256;

    private readonly Channel<GenerationEvent> _events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(MostUnread) { FullMode = BoundedChannelFullMode.DropOldest });
    private StreamSubscriptionHandle<GenerationEvent>? _subscription;

    private GenerationFollower()
    {
    }

    /// <summary>From now on events are heard. Ask how things stand after this, not before.</summary>
    /// <param name="id">Of the video.</param>
    public static Task<GenerationFollower> Begin(IClusterClient client, string id) => Begin(client, GenerationStream.Of(id));

    /// <param name="stream">One of <see cref="GenerationStream"/>.</param>
    public static async Task<GenerationFollower> Begin(IClusterClient client, StreamId stream)
    {
        GenerationFollower follower = new();
        follower._subscription = await client.GetStreamProvider(GenerationStream.Provider).GetStream<GenerationEvent>(stream)
            .SubscribeAsync((happened, _) => follower._events.Writer.WriteAsync(happened).AsTask());
        return follower;
    }

    /// <summary>The next event; null when there was none in time.</summary>
    public async Task<GenerationEvent?> Next(TimeSpan wait, CancellationToken cancel)
    {
        if (_events.Reader.TryRead(out GenerationEvent? ready))
            return ready;
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(wait);
        try
        {
            return await _events.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>An event that is here; null when there is none.</summary>
    public GenerationEvent? Next() => _events.Reader.TryRead(out GenerationEvent? ready) ? ready : null;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _subscription!.UnsubscribeAsync();
        }
        catch (Exception away) when (away is OrleansException or TimeoutException or InvalidOperationException)
        {
        }
    }
}
