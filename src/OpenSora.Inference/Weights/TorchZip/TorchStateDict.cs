namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// From an unpickled state dict to places in the file: every view is checked against its storage and every storage against
/// its zip entry. Mistakes are <see cref="FormatException"/>s that complete "FILE …".
/// </summary>
internal static class TorchStateDict
{
    private const string NestedKey = "state_dict";

    /// <summary>
    /// The tensors of a dict from names to tensors. Where the file holds a dict of other things with the tensors under
    /// <c>state_dict</c>, as training checkpoints do, those are meant.
    /// </summary>
    public static Dictionary<string, StoredTensor> Place(object value, string archive, Dictionary<string, ZipEntry> entries)
    {
        if (value is not PickleDict dict)
            throw new FormatException($"holds {Describe(value)} where a dict of tensors should be");
        dict = dict.Items.FirstOrDefault(item => item.Key is NestedKey).Value as PickleDict ?? dict;

        Dictionary<string, StoredTensor> tensors = new(dict.Items.Count);
        foreach ((object key, object item) in dict.Items)
        {
            if (key is not string name)
                throw new FormatException($"names a tensor with {Describe(key)} instead of text");
            if (item is not TorchView view)
                throw new FormatException($"holds {Describe(item)} under {Show.Name(name)} where a tensor should be");
            if (!tensors.TryAdd(name, Place(name, view, archive, entries)))
                throw new FormatException($"holds {Show.Name(name)} twice");
        }
        return tensors;
    }

    private static StoredTensor Place(string name, TorchView view, string archive, Dictionary<string, ZipEntry> entries)
    {
        TorchStorage storage = view.Storage;
        if (!entries.TryGetValue($"{archive}/data/{storage.Key}", out ZipEntry entry))
            throw new FormatException($"lacks the storage data/{Show.Name(storage.Key)} of {Show.Name(name)}");
        int size = ElementTypes.Size(storage.Type);
        if (storage.Count != entry.Length / size || entry.Length % size != 0)
            throw new FormatException(
                $"has {entry.Length} bytes in the storage of {Show.Name(name)}, which should have {storage.Count} elements of {size}");
        CheckView(name, view);
        WeightEntry weight = new(name, storage.Type, view.Shape);
        return new StoredTensor(weight, entry.Offset + view.Offset * size, IsDense(view) ? null : view.Strides);
    }

    private static void CheckView(string name, TorchView view)
    {
        (TorchStorage storage, long offset, long[] shape, long[] strides) = view;
        string shown = $"{Show.Name(name)} (shape {Show.Shape(shape)}, strides {Show.Shape(strides)}, offset {offset})";
        if (shape.Length != strides.Length || offset < 0 || shape.Any(long.IsNegative) || strides.Any(long.IsNegative))
            throw new FormatException($"has a view that cannot be: {shown}");
        if (new WeightEntry(name, storage.Type, shape).TryGetBytes() is not long bytes)
            throw new FormatException($"has {shown} of more than {long.MaxValue} bytes");
        long count = bytes / ElementTypes.Size(storage.Type);
        Int128 last = offset; // 128 bits hold a product of two sizes; the sum is kept within 64
        for (int d = 0; d < shape.Length; d++)
            last = Int128.Min(last + (Int128)strides[d] * Math.Max(shape[d] - 1, 0), long.MaxValue);
        if (count == 0 ? offset > storage.Count : last >= storage.Count)
            throw new FormatException($"has {shown} outside its storage of {storage.Count} elements");
        // A view that repeats elements could ask for any amount of memory; state dicts have none.
        if (count > storage.Count)
            throw new FormatException($"has {shown} with more elements than its storage of {storage.Count}");
    }

    private static bool IsDense(TorchView view)
    {
        long expected = 1;
        for (int d = view.Shape.Length - 1; d >= 0; d--)
        {
            if (view.Shape[d] != 1 && view.Strides[d] != expected)
                return view.Shape.Contains(0);
            expected *= view.Shape[d];
        }
        return true;
    }

    private static string Describe(object value) => value switch
    {
        PickleNone => "None",
        string => "text",
        long or double => "a number",
        bool => "a boolean",
        PickleTuple => "a tuple",
        PickleList => "a list",
        PickleDict => "a dict",
        PickleGlobal global => $"{global.Module}.{global.Name}",
        TorchStorage => "a bare storage",
        _ => "a tensor",
    };
}
