namespace Orleans.Embedded.Copying;

/// <summary>What one message has copied so far: one object stays one object, and circles end.</summary>
internal sealed class Originals
{
    private Dictionary<object, object>? copies;

    public bool TryGet(object original, out object? copy)
    {
        copy = null;
        return copies?.TryGetValue(original, out copy) ?? false;
    }

    public T Add<T>(object original, T copy) where T : class
    {
        (copies ??= new Dictionary<object, object>(ReferenceEqualityComparer.Instance))[original] = copy;
        return copy;
    }
}
