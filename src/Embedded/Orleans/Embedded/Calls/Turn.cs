using System.Collections.Immutable;
using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Calls;

/// <summary>A request of the runtime's own: a function.</summary>
internal sealed class Turn(Func<Activation, Task<object?>> work) : Request
{
    private readonly ImmutableDictionary<string, object> context = RequestContext.Current;

    public override async Task<Outcome> RunAsync(Activation activation)
    {
        RequestContext.Current = context;
        try
        {
            return new Outcome(await work(activation), null);
        }
        catch (Exception error)
        {
            return new Outcome(null, error);
        }
    }
}
