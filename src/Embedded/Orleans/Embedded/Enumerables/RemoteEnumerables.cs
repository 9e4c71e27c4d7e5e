using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Enumerables;

/// <summary>Tells which methods return enumerables, and makes what their callers get.</summary>
internal static class RemoteEnumerables
{
    public delegate object Factory(Silo silo, GrainId target, GrainMethod method, object?[] arguments);

    /// <summary>The factory for a method's return type; null for other types than IAsyncEnumerable.</summary>
    public static Factory? For(Type returnType) => returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)
        ? typeof(RemoteEnumerables).GetMethod(nameof(Make), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(returnType.GetGenericArguments()).CreateDelegate<Factory>()
        : null;

    private static object Make<T>(Silo silo, GrainId target, GrainMethod method, object?[] arguments) =>
        new RemoteEnumerable<T>(silo, target, method, arguments);
}
