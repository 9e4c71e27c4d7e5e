using static TorchSharp.torch;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// The only names that a pickle may mention, and what calling them means here. A pickle is a program: any other name in
/// it could run anything on the machine that reads it.
/// </summary>
internal static class TorchGlobals
{
    /// <summary>For messages.</summary>
    public const string Admitted =
        "collections.OrderedDict, torch._utils._rebuild_tensor_v2, torch._utils._rebuild_parameter and torch's storages";

    private const int MaxDimensions = 64;
    private static readonly PickleGlobal OrderedDict = new("collections", "OrderedDict");
    private static readonly PickleGlobal RebuildTensor = new("torch._utils", "_rebuild_tensor_v2");
    private static readonly PickleGlobal RebuildParameter = new("torch._utils", "_rebuild_parameter");

    /// <summary>The global of this name, or null when it is not admitted.</summary>
    public static PickleGlobal? Find(string module, string name)
    {
        PickleGlobal global = new(module, name);
        bool admitted = global == OrderedDict || global == RebuildTensor || global == RebuildParameter
            || (module == "torch" && ElementTypes.FromTorchStorage(name) is not null);
        return admitted ? global : null;
    }

    /// <summary>What the call gives: an empty dict, a tensor, or the tensor that a parameter wraps.</summary>
    public static object Call(PickleGlobal global, object[] arguments)
    {
        if (global == OrderedDict && arguments is [])
            return new PickleDict();
        // (storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
        if (global == RebuildTensor && arguments is [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..])
            return new TorchView(storage, offset, Numbers(shape, "shape"), Numbers(strides, "strides"));
        // (data, requires_grad, backward_hooks)
        if (global == RebuildParameter && arguments is [TorchView view, ..])
            return view;
        throw new FormatException($"calls {global.Module}.{global.Name} with arguments that torch.save does not write");
    }

    /// <summary>A persistent id is <c>("storage", torch.XStorage, key, device, element count)</c>.</summary>
    public static TorchStorage Storage(object id)
    {
        if (id is PickleTuple { Items: ["storage", PickleGlobal { Module: "torch" } global, string key, string _, long count, ..] }
            && ElementTypes.FromTorchStorage(global.Name) is ScalarType type)
            return new TorchStorage(key, type, count);
        throw new FormatException("has a persistent id that is not a storage");
    }

    private static long[] Numbers(PickleTuple tuple, string what)
    {
        if (tuple.Items.Length > MaxDimensions)
            throw new FormatException($"has a tensor with {tuple.Items.Length} {what}; torch allows {MaxDimensions}");
        return Array.ConvertAll(tuple.Items, item => item is long number
            ? number
            : throw new FormatException($"has a tensor whose {what} are not all numbers"));
    }
}
