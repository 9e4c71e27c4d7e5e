using System.Reflection;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests.Binding;

/// <summary>
/// The methods that some methods can come to, as their IL tells: what they call, take the address of or construct, the overrides of
/// virtual methods in types that are constructed, and the static constructors on the way. Within the given assemblies.
/// </summary>
internal sealed class CallGraph
{
    private readonly HashSet<Assembly> _assemblies;
    private readonly HashSet<MethodBase> _reached = [];
    private readonly HashSet<MethodBase> _virtual = [];
    private readonly HashSet<Type> _constructed = [];
    private readonly Queue<MethodBase> _open = new();

    private CallGraph(IEnumerable<Assembly> assemblies) => _assemblies = [.. assemblies];

    public static IReadOnlySet<MethodBase> From(IEnumerable<MethodBase> roots, IEnumerable<Assembly> assemblies)
    {
        CallGraph graph = new(assemblies);
        foreach (MethodBase root in roots)
            graph.Reach(root);
        while (graph._open.TryDequeue(out MethodBase? method))
            foreach (MemberInfo member in Instructions.Members(method))
                graph.Follow(member);
        return graph._reached;
    }

    private void Follow(MemberInfo member)
    {
        if (member is MethodBase method)
            Reach(method);
        else if (member is FieldInfo { IsStatic: true, DeclaringType: { } type })
            Initialize(type);
    }

    private void Reach(MethodBase called)
    {
        if (!_assemblies.Contains(called.Module.Assembly) || called.DeclaringType is { IsArray: true })
            return;
        MethodBase method = Definition(called);
        if (!_reached.Add(method))
            return;
        _open.Enqueue(method);
        if (method.DeclaringType is not { } type)
            return;
        if (method.IsStatic || method.IsConstructor)
            Initialize(type);
        if (method is { IsConstructor: true, IsStatic: false } && _constructed.Add(type))
            foreach (MethodInfo own in type.GetMethods(Instructions.All).Where(own => own.IsVirtual))
                if (_virtual.Contains(Root(own)) || OverridesForeign(own) || own.IsFinal || Implements(type, own))
                    Reach(own);
        if (method is MethodInfo { IsVirtual: true } virtuals && _virtual.Add(Root(virtuals)))
            foreach (Type built in _constructed.ToList())
                foreach (MethodInfo own in built.GetMethods(Instructions.All).Where(own => own.IsVirtual && Root(own) == Root(virtuals)))
                    Reach(own);
    }

    /// <summary>The runtime calls it, e.g. <c>Dispose</c>.</summary>
    private bool OverridesForeign(MethodInfo method) => !_assemblies.Contains(Root(method).Module.Assembly);

    private static bool Implements(Type type, MethodInfo method) => !type.IsInterface && type.GetInterfaces().Any(face =>
        type.GetInterfaceMap(face).TargetMethods.Any(target => target is not null && Definition(target) == method));

    private void Initialize(Type type)
    {
        if (type.TypeInitializer is { } initializer)
            Reach(initializer);
    }

    private static MethodBase Root(MethodInfo method) => Definition(method.GetBaseDefinition());

    private static MethodBase Definition(MethodBase method) => method.Module.ResolveMethod(method.MetadataToken)!;
}
