using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>The types of number that a checkpoint may hold, and what the two file formats call them.</summary>
internal static class ElementTypes
{
    private static readonly (ScalarType Type, int Size, string Safetensors, string TorchStorage)[] Table =
    [
        (ScalarType.Float64, 8, "F64", "DoubleStorage"),
        (ScalarType.Float32, 4, "F32", "FloatStorage"),
        (ScalarType.Float16, 2, "F16", "HalfStorage"),
        (ScalarType.BFloat16, 2, "BF16", "BFloat16Storage"),
        (ScalarType.Int64, 8, "I64", "LongStorage"),
        (ScalarType.Int32, 4, "I32", "IntStorage"),
        (ScalarType.Int16, 2, "I16", "ShortStorage"),
        (ScalarType.Int8, 1, "I8", "CharStorage"),
        (ScalarType.Byte, 1, "U8", "ByteStorage"),
        (ScalarType.Bool, 1, "BOOL", "BoolStorage"),
    ];

    /// <summary>The names in a safetensors header, for messages.</summary>
    public static string SafetensorsNames { get; } = string.Join(", ", Table.Select(row => row.Safetensors));

    /// <summary>Bytes of one element.</summary>
    public static int Size(ScalarType type) => Row(type).Size;

    /// <summary>The name in a safetensors header, e.g. <c>BF16</c>.</summary>
    public static string ToSafetensors(ScalarType type) => Row(type).Safetensors;

    /// <summary>The storage class of a torch pickle, e.g. <c>BFloat16Storage</c>.</summary>
    public static string ToTorchStorage(ScalarType type) => Row(type).TorchStorage;

    /// <summary>The type that a safetensors header calls <paramref name="name"/>; null when there is none.</summary>
    public static ScalarType? FromSafetensors(string name)
    {
        foreach ((ScalarType type, _, string safetensors, _) in Table)
            if (safetensors == name)
                return type;
        return null;
    }

    /// <summary>The type of a torch storage class; null when there is none.</summary>
    public static ScalarType? FromTorchStorage(string name)
    {
        foreach ((ScalarType type, _, _, string storage) in Table)
            if (storage == name)
                return type;
        return null;
    }

    private static (ScalarType Type, int Size, string Safetensors, string TorchStorage) Row(ScalarType type)
    {
        foreach (var row in Table)
            if (row.Type == type)
                return row;
        throw new ArgumentOutOfRangeException(nameof(type), type, "checkpoints hold no tensors of this type");
    }
}
