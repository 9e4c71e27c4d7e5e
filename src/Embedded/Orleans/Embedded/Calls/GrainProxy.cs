using System.Reflection;

namespace Orleans.Embedded.Calls;

/// <summary>A reference to a grain: it implements the grain's interface, and every method becomes a call.</summary>
internal class GrainProxy : DispatchProxy, IAddressable, IEquatable<GrainProxy>
{
    public GrainCaller Caller { get; private set; } = null!;

    public GrainId Target { get; private set; }

    public static object Create(Type interfaceType, GrainCaller caller, GrainId target)
    {
        GrainProxy proxy = (GrainProxy)Create(interfaceType, typeof(GrainProxy));
        (proxy.Caller, proxy.Target) = (caller, target);
        return proxy;
    }

    public bool Equals(GrainProxy? other) => other is not null && ReferenceEquals(Caller, other.Caller) && Target == other.Target;

    public override bool Equals(object? obj) => Equals(obj as GrainProxy);

    public override int GetHashCode() => Target.GetHashCode();

    public override string ToString() => $"GrainReference:{Target}";

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Caller.Call(Target, targetMethod!, args ?? []);
}
