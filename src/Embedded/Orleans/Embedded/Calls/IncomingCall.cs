using System.Reflection;
using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Calls;

/// <summary>A call as filters see it; the last step is the grain's method.</summary>
internal sealed class IncomingCall(IReadOnlyList<IIncomingGrainCallFilter> filters, Activation activation, GrainMethod method, object?[] arguments)
    : IIncomingGrainCallContext
{
    private int next;

    public object Grain => activation.GrainInstance!;

    public GrainId TargetId => activation.GrainId;

    public IGrainContext TargetContext => activation;

    public MethodInfo InterfaceMethod => method.Method;

    public string InterfaceName => method.Method.DeclaringType!.FullName!;

    public string MethodName => method.Method.Name;

    public object? Result { get; set; }

    public static async Task<object?> RunAsync(
        IReadOnlyList<IIncomingGrainCallFilter> filters, Activation activation, GrainMethod method, object?[] arguments)
    {
        IncomingCall call = new(filters, activation, method, arguments);
        await call.Invoke();
        return call.Result;
    }

    public async Task Invoke()
    {
        if (next < filters.Count)
        {
            await filters[next++].Invoke(this);
            return;
        }
        Result = await method.Return!.Await(method.Invoke(Grain, arguments));
    }
}

internal sealed class FilterOfDelegate(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);
}
