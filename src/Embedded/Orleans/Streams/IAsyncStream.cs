namespace Orleans.Streams;

/// <summary>A stream without its type.</summary>
public interface IAsyncStream
{
    /// <summary>Whether events of the past can be had: false here.</summary>
    bool IsRewindable { get; }

    string ProviderName { get; }

    StreamId StreamId { get; }
}

/// <summary>A stream: events in order from those who publish to those who have subscribed.</summary>
public interface IAsyncStream<T> : IAsyncStream, IEquatable<IAsyncStream<T>>, IComparable<IAsyncStream<T>>, IAsyncObservable<T>, IAsyncObserver<T>
{
    /// <summary>The caller's own subscriptions: the grain's, or those of the process outside grains.</summary>
    Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
}
