using System.Diagnostics;

namespace Orleans.Embedded.Calls;

/// <summary>Lets traces go on in grains: the caller's activity is the parent of one for the call. It travels in the request context.</summary>
internal sealed class ActivityPropagation : IIncomingGrainCallFilter
{
    /// <summary>The entry of https://www.w3.org/TR/trace-context.</summary>
    private const string Entry = "traceparent";

    private static readonly ActivitySource Source = new("Microsoft.Orleans.Application", "1.1.0");

    /// <summary>Notes the caller's activity, or takes back the note of an earlier one.</summary>
    public static void Attach()
    {
        if (Activity.Current?.Id is { } parent)
        {
            RequestContext.Set(Entry, parent);
        }
        else
        {
            RequestContext.Remove(Entry);
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        using Activity? activity = Source.StartActivity(
            $"{context.InterfaceName}/{context.MethodName}", ActivityKind.Server, RequestContext.Get(Entry) as string);
        activity?.SetTag("rpc.system", "orleans").SetTag("rpc.service", context.InterfaceName).SetTag("rpc.method", context.MethodName);
        try
        {
            await context.Invoke();
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
    }
}
