using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Concurrency;
using Orleans.Embedded.Enumerables;

namespace Orleans.Embedded.Calls;

/// <summary>What is to be known of a method of a grain's interface.</summary>
internal sealed class GrainMethod
{
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> Known = new();

    private GrainMethod(MethodInfo method)
    {
        Method = method;
        ParameterInfo[] parameters = method.GetParameters();
        Immutable = [.. parameters.Select(parameter => parameter.IsDefined(typeof(ImmutableAttribute)))];
        TokenIndex = Array.FindIndex(parameters, parameter => parameter.ParameterType == typeof(CancellationToken));
        Enumeration = RemoteEnumerables.For(method.ReturnType);
        Return = Enumeration is null ? ReturnShape.Of(method) : null;
        ImmutableResult = method.ReturnParameter.IsDefined(typeof(ImmutableAttribute));
        Interleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        OneWay = method.IsDefined(typeof(OneWayAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
    }

    public MethodInfo Method { get; }

    /// <summary>For each parameter, whether its argument is passed by reference.</summary>
    public bool[] Immutable { get; }

    public bool ImmutableResult { get; }

    /// <summary>The parameter that takes a cancellation token; −1 for none.</summary>
    public int TokenIndex { get; }

    public bool Interleaves { get; }

    public bool ReadOnly { get; }

    public bool OneWay { get; }

    public TimeSpan? Timeout { get; }

    /// <summary>Null for a method that returns an enumerable.</summary>
    public ReturnShape? Return { get; }

    /// <summary>Makes what a reference returns for an enumerable; null for other methods.</summary>
    public RemoteEnumerables.Factory? Enumeration { get; }

    public static GrainMethod Of(MethodInfo method) => Known.GetOrAdd(method, known => new GrainMethod(known));

    /// <summary>Calls the grain's object, here and now. What it throws at once comes out as it is.</summary>
    public object? Invoke(object grain, object?[] arguments) => Method.Invoke(grain, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public override string ToString() => $"{Method.DeclaringType?.Name}.{Method.Name}";
}
