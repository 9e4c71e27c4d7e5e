namespace Orleans.Streams;

/// <summary>Takes events, one at a time, in order.</summary>
public interface IAsyncObserver<in T>
{
    /// <summary>A consumer that throws is given the event again for a while: be idempotent. A producer's call ends when the event is queued.</summary>
    Task OnNextAsync(T item, StreamSequenceToken? token = null);

    Task OnCompletedAsync() => Task.CompletedTask;

    Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

/// <summary>Something to subscribe to.</summary>
public interface IAsyncObservable<T>
{
    /// <summary>
    /// Takes events from now on. In a grain each is a turn, and the subscription outlives the activation: see
    /// <see cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>.
    /// </summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);
}
