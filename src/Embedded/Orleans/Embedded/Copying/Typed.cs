using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Runtime.InteropServices;

namespace Orleans.Embedded.Copying;

/// <summary>One method for each kind of collection. What can hold itself is known before its elements are copied.</summary>
internal sealed class Typed(MessageCopier copier)
{
    public object Array<T>(object original, Originals originals)
    {
        T[] source = (T[])original;
        T[] copy = originals.Add(original, (T[])source.Clone());
        if (!IsPlain<T>())
        {
            for (int index = 0; index < copy.Length; index++)
            {
                copy[index] = Of(source[index], originals);
            }
        }
        return copy;
    }

    public object List<T>(object original, Originals originals)
    {
        List<T> source = (List<T>)original;
        List<T> copy = originals.Add(original, new List<T>(source.Count));
        copy.AddRange(source.Select(item => Of(item, originals)));
        return copy;
    }

    public object Dictionary<TKey, TValue>(object original, Originals originals) where TKey : notnull
    {
        Dictionary<TKey, TValue> source = (Dictionary<TKey, TValue>)original;
        return Fill(originals.Add(original, new Dictionary<TKey, TValue>(source.Count, source.Comparer)), source, originals);
    }

    public object SortedDictionary<TKey, TValue>(object original, Originals originals) where TKey : notnull
    {
        SortedDictionary<TKey, TValue> source = (SortedDictionary<TKey, TValue>)original;
        return Fill(originals.Add(original, new SortedDictionary<TKey, TValue>(source.Comparer)), source, originals);
    }

    public object ConcurrentDictionary<TKey, TValue>(object original, Originals originals) where TKey : notnull
    {
        ConcurrentDictionary<TKey, TValue> source = (ConcurrentDictionary<TKey, TValue>)original;
        return Fill(originals.Add(original, new ConcurrentDictionary<TKey, TValue>(source.Comparer)), source, originals);
    }

    public object HashSet<T>(object original, Originals originals)
    {
        HashSet<T> source = (HashSet<T>)original;
        HashSet<T> copy = originals.Add(original, new HashSet<T>(source.Count, source.Comparer));
        copy.UnionWith(source.Select(item => Of(item, originals)));
        return copy;
    }

    public object SortedSet<T>(object original, Originals originals)
    {
        SortedSet<T> source = (SortedSet<T>)original;
        SortedSet<T> copy = originals.Add(original, new SortedSet<T>(source.Comparer));
        copy.UnionWith(source.Select(item => Of(item, originals)));
        return copy;
    }

    public object Queue<T>(object original, Originals originals)
    {
        Queue<T> copy = originals.Add(original, new Queue<T>());
        foreach (T item in (Queue<T>)original)
        {
            copy.Enqueue(Of(item, originals));
        }
        return copy;
    }

    public object Stack<T>(object original, Originals originals)
    {
        Stack<T> copy = originals.Add(original, new Stack<T>());
        foreach (T item in ((Stack<T>)original).Reverse())
        {
            copy.Push(Of(item, originals));
        }
        return copy;
    }

    public object ReadOnlyCollection<T>(object original, Originals originals) =>
        new ReadOnlyCollection<T>([.. ((ReadOnlyCollection<T>)original).Select(item => Of(item, originals))]);

    public object ReadOnlyList<T>(object original, Originals originals) =>
        ((IEnumerable<T>)original).Select(item => Of(item, originals)).ToArray();

    public object ImmutableArray<T>(object original, Originals originals) => (ImmutableArray<T>)original is { IsDefault: false } source
        ? ImmutableCollectionsMarshal.AsImmutableArray(Copies(source.AsSpan(), originals))
        : original;

    public object ImmutableList<T>(object original, Originals originals) =>
        ((ImmutableList<T>)original).ConvertAll(item => Of(item, originals));

    public object ImmutableHashSet<T>(object original, Originals originals)
    {
        ImmutableHashSet<T> source = (ImmutableHashSet<T>)original;
        return source.Select(item => Of(item, originals)).ToImmutableHashSet(source.KeyComparer);
    }

    public object ImmutableDictionary<TKey, TValue>(object original, Originals originals) where TKey : notnull
    {
        ImmutableDictionary<TKey, TValue> source = (ImmutableDictionary<TKey, TValue>)original;
        return source.ToImmutableDictionary(pair => Of(pair.Key, originals), pair => Of(pair.Value, originals), source.KeyComparer, source.ValueComparer);
    }

    public object ReadOnlyMemory<T>(object original, Originals originals) => new ReadOnlyMemory<T>(Copies(((ReadOnlyMemory<T>)original).Span, originals));

    public object Memory<T>(object original, Originals originals) => new Memory<T>(Copies<T>(((Memory<T>)original).Span, originals));

    public object ArraySegment<T>(object original, Originals originals) => new ArraySegment<T>(Copies<T>(((ArraySegment<T>)original).AsSpan(), originals));

    private static bool IsPlain<T>() => typeof(T).IsValueType && ByReference.Allows(typeof(T));

    private T[] Copies<T>(ReadOnlySpan<T> source, Originals originals)
    {
        T[] copies = source.ToArray();
        for (int index = 0; !IsPlain<T>() && index < copies.Length; index++)
        {
            copies[index] = Of(copies[index], originals);
        }
        return copies;
    }

    private T Fill<T, TKey, TValue>(T copy, IEnumerable<KeyValuePair<TKey, TValue>> source, Originals originals) where T : IDictionary<TKey, TValue>
    {
        foreach ((TKey key, TValue value) in source)
        {
            copy[Of(key, originals)] = Of(value, originals);
        }
        return copy;
    }

    private T Of<T>(T item, Originals originals) => (T)copier.CopyOf(item, originals)!;
}
