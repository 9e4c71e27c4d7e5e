using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;

namespace Orleans.Embedded.Copying;

/// <summary>Collections, element by element, with their comparers.</summary>
internal static class CollectionCopies
{
    /// <summary>For each kind of collection, the method of <see cref="Typed"/> that copies it.</summary>
    private static readonly Dictionary<Type, string> Methods = new()
    {
        [typeof(List<>)] = nameof(Typed.List),
        [typeof(Dictionary<,>)] = nameof(Typed.Dictionary),
        [typeof(SortedDictionary<,>)] = nameof(Typed.SortedDictionary),
        [typeof(ConcurrentDictionary<,>)] = nameof(Typed.ConcurrentDictionary),
        [typeof(HashSet<>)] = nameof(Typed.HashSet),
        [typeof(SortedSet<>)] = nameof(Typed.SortedSet),
        [typeof(Queue<>)] = nameof(Typed.Queue),
        [typeof(Stack<>)] = nameof(Typed.Stack),
        [typeof(ReadOnlyCollection<>)] = nameof(Typed.ReadOnlyCollection),
        [typeof(ImmutableArray<>)] = nameof(Typed.ImmutableArray),
        [typeof(ImmutableList<>)] = nameof(Typed.ImmutableList),
        [typeof(ImmutableHashSet<>)] = nameof(Typed.ImmutableHashSet),
        [typeof(ImmutableDictionary<,>)] = nameof(Typed.ImmutableDictionary),
        [typeof(ReadOnlyMemory<>)] = nameof(Typed.ReadOnlyMemory),
        [typeof(Memory<>)] = nameof(Typed.Memory),
        [typeof(ArraySegment<>)] = nameof(Typed.ArraySegment),
    };

    public static MessageCopier.Copy? TryMake(Type type, MessageCopier copier)
    {
        if (type.IsSZArray)
        {
            return Make(nameof(Typed.Array), [type.GetElementType()!], copier);
        }
        if (!type.IsGenericType)
        {
            return null;
        }
        // What the compiler makes of a collection expression for a read-only interface.
        string? method = type.Name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal)
            ? nameof(Typed.ReadOnlyList)
            : Methods.GetValueOrDefault(type.GetGenericTypeDefinition());
        return method is null ? null : Make(method, type.GetGenericArguments(), copier);
    }

    private static MessageCopier.Copy Make(string method, Type[] elements, MessageCopier copier) =>
        typeof(Typed).GetMethod(method, BindingFlags.Public | BindingFlags.Instance)!.MakeGenericMethod(elements)
            .CreateDelegate<MessageCopier.Copy>(new Typed(copier));
}
