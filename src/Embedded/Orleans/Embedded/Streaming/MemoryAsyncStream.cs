using Orleans.Streams;

namespace Orleans.Embedded.Streaming;

/// <summary>A stream as its users see it.</summary>
internal sealed class MemoryAsyncStream<T>(MemoryStreamProvider provider, StreamId id) : IAsyncStream<T>
{
    public bool IsRewindable => false;

    public string ProviderName => provider.Name;

    public StreamId StreamId => id;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null)
    {
        provider.Publish(id, item);
        return Task.CompletedTask;
    }

    // The packages' streams in memory throw the same.
    public Task OnCompletedAsync() => throw new NotImplementedException("Streams in memory do not complete.");

    public Task OnErrorAsync(Exception ex) => throw new NotImplementedException("Streams in memory carry no errors.");

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer)
    {
        Subscription subscription = provider.Subscribe(id);
        subscription.Attach(Receive(observer));
        return Task.FromResult<StreamSubscriptionHandle<T>>(new Handle(this, subscription));
    }

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles() =>
        Task.FromResult<IList<StreamSubscriptionHandle<T>>>([.. provider.OwnSubscriptions(id).Select(subscription => new Handle(this, subscription))]);

    public bool Equals(IAsyncStream<T>? other) => other is not null && ProviderName == other.ProviderName && StreamId == other.StreamId;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => HashCode.Combine(ProviderName, StreamId);

    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : StreamId.CompareTo(other.StreamId);

    private MemoryStreamProvider Provider => provider;

    private static Func<object?, EventToken, Task> Receive(IAsyncObserver<T> observer) => (item, token) => observer.OnNextAsync((T)item!, token);

    private sealed class Handle(MemoryAsyncStream<T> stream, Subscription subscription) : StreamSubscriptionHandle<T>
    {
        public override StreamId StreamId => stream.StreamId;

        public override string ProviderName => stream.ProviderName;

        public override Guid HandleId => subscription.Id;

        public override Task UnsubscribeAsync()
        {
            stream.Provider.Unsubscribe(subscription);
            return Task.CompletedTask;
        }

        public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
        {
            subscription.Attach(Receive(observer));
            return Task.FromResult<StreamSubscriptionHandle<T>>(this);
        }

        public override bool Equals(StreamSubscriptionHandle<T>? other) => other?.HandleId == HandleId;

        public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

        public override int GetHashCode() => HandleId.GetHashCode();
    }
}
