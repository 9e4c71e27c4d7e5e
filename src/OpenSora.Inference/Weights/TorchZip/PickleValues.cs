using static TorchSharp.torch;

namespace OpenSora.Inference.Weights.TorchZip;

// What a pickle of tensors can hold, besides string, long, double and bool.

/// <summary>Python's None.</summary>
internal sealed class PickleNone
{
    public static readonly PickleNone Instance = new();
    private PickleNone() { }
}

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object[] Items)
{
    public static readonly PickleTuple Empty = new([]);
}

/// <summary>A list. Made empty and filled later, so the items are allocated when there are some.</summary>
internal sealed class PickleList
{
    private List<object>? _items;
    public void Add(object item) => (_items ??= []).Add(item);
}

/// <summary>A dict or a collections.OrderedDict, in the order of the file.</summary>
internal sealed class PickleDict
{
    private List<KeyValuePair<object, object>>? _items;
    public IReadOnlyList<KeyValuePair<object, object>> Items => _items ?? [];
    public void Add(object key, object value) => (_items ??= []).Add(new(key, value));
}

/// <summary>One of the names in <see cref="TorchGlobals"/>.</summary>
internal sealed record PickleGlobal(string Module, string Name);

/// <summary>The numbers <c>data/Key</c> of the archive.</summary>
internal sealed record TorchStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor: a view into a storage. Offset and strides in elements; nothing of it has been checked.</summary>
internal sealed record TorchView(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
