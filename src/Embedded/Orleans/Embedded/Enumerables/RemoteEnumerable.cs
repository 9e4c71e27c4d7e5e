using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Enumerables;

/// <summary>An enumerable of a grain, at its caller. Nothing is called before it is read.</summary>
internal sealed class RemoteEnumerable<T>(Silo silo, GrainId target, GrainMethod method, object?[] arguments) : IAsyncEnumerable<T>
{
    /// <summary>How many items that are ready come in one message, at most.</summary>
    public int MaxBatchSize { get; set; } = 100;

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        CancellationToken argument = method.TokenIndex >= 0 ? (CancellationToken)arguments[method.TokenIndex]! : default;
        return new RemoteEnumerator<T>(silo, target, source => Start(source), MaxBatchSize, cancellationToken, argument);
    }

    /// <summary>Calls the method on a turn of the activation; its token is the enumeration's.</summary>
    private Func<Activation, IAsyncEnumerable<T>> Start(CancellationToken token) => activation =>
    {
        object?[] own = [.. arguments];
        if (method.TokenIndex >= 0)
        {
            own[method.TokenIndex] = token;
        }
        return (IAsyncEnumerable<T>)method.Invoke(activation.GrainInstance!, own)!;
    };
}
