using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Embedded.Activations;
using Orleans.Embedded.Copying;

namespace Orleans.Embedded.Calls;

/// <summary>Makes references, and turns their methods into requests.</summary>
internal sealed class GrainCaller(
    IServiceProvider services, GrainClasses classes, MessageCopier copier, TimeProvider clock, IOptions<SiloMessagingOptions> options)
{
    private readonly Lazy<IReadOnlyList<IIncomingGrainCallFilter>> filters = new(() => [.. services.GetServices<IIncomingGrainCallFilter>()]);

    public MessageCopier Copier => copier;

    public IReadOnlyList<IIncomingGrainCallFilter> Filters => filters.Value;

    /// <summary>The silo makes activations, which hold references: it is asked for when it is first needed.</summary>
    private Silo Silo => field ??= services.GetRequiredService<Silo>();

    public object Reference(Type interfaceType, GrainId target) => GrainProxy.Create(interfaceType, this, target);

    public object Reference(Type interfaceType, string key, string? classPrefix) =>
        Reference(interfaceType, GrainId.Create(classes.Implementing(interfaceType, classPrefix).Type, key));

    /// <summary>What a method of a reference returns.</summary>
    public object? Call(GrainId target, MethodInfo info, object?[] arguments)
    {
        GrainMethod method = GrainMethod.Of(info);
        return method.Enumeration is not null
            ? method.Enumeration(Silo, target, method, CopyOf(method, arguments))
            : method.Return!.Promise(CallAsync(target, method, arguments));
    }

    /// <summary>Everything up to the first wait is done when the caller gets its task, so that it may change its arguments.</summary>
    private async Task<object?> CallAsync(GrainId target, GrainMethod method, object?[] arguments)
    {
        CancellationToken cancellation = method.TokenIndex >= 0 ? (CancellationToken)arguments[method.TokenIndex]! : default;
        cancellation.ThrowIfCancellationRequested();
        GrainCall call = new(this, method, CopyOf(method, arguments), ContextCopy());
        Silo.Send(target, call);
        if (method.OneWay)
        {
            return null;
        }
        TimeSpan timeout = method.Timeout ?? options.Value.ResponseTimeout;
        try
        {
            return await call.Response.WaitAsync(timeout, clock, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            call.Cancel(); // the callee hears of it, and is not waited for
            throw;
        }
        catch (TimeoutException) when (!call.Response.IsCompleted)
        {
            GiveUp(call);
            throw new TimeoutException($"{target} has not answered {method} within {timeout}. Whether the call ran, or still runs, is unknown.");
        }
    }

    private void GiveUp(GrainCall call)
    {
        if (options.Value.CancelRequestOnTimeout)
        {
            call.Cancel();
        }
        else if (options.Value.DropExpiredMessages)
        {
            call.Abandon();
        }
    }

    private object?[] CopyOf(GrainMethod method, object?[] arguments)
    {
        object?[] copies = new object?[arguments.Length];
        Originals originals = new();
        for (int index = 0; index < arguments.Length; index++)
        {
            copies[index] = method.Immutable[index] ? arguments[index] : copier.CopyOf(arguments[index], originals);
        }
        return copies;
    }

    private ImmutableDictionary<string, object> ContextCopy()
    {
        if (Filters.Any(filter => filter is ActivityPropagation))
        {
            ActivityPropagation.Attach();
        }
        return RequestContext.Current is { IsEmpty: false } context
            ? context.ToImmutableDictionary(pair => pair.Key, pair => copier.CopyOf(pair.Value)!)
            : RequestContext.Current;
    }
}
