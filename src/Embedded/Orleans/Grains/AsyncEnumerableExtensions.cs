using Orleans.Embedded.Enumerables;

namespace Orleans.Runtime;

/// <summary>How enumerables of grains are read.</summary>
public static class AsyncEnumerableExtensions
{
    /// <summary>How many items that are ready come in one message, at most. Default: 100. For other enumerables than a grain's it changes nothing.</summary>
    public static IAsyncEnumerable<T> WithBatchSize<T>(this IAsyncEnumerable<T> self, int maxBatchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBatchSize);
        if (self is RemoteEnumerable<T> remote)
        {
            remote.MaxBatchSize = maxBatchSize;
        }
        return self;
    }
}
