using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>Tensors to and from the parts of parcels.</summary>
internal static class TensorParts
{
    /// <summary>Type and shape of a tensor.</summary>
    public static TensorPart Name(Tensor tensor) => new(CardDevice.NameOf(tensor.dtype), [.. tensor.shape]);

    /// <summary>Its bytes: a copy, on the host.</summary>
    public static ReadOnlyMemory<byte> Bytes(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.cpu().contiguous().bytes.ToArray();
    }

    /// <summary>The tensor of a part, on the CPU in the current dispose scope: a copy.</summary>
    /// <exception cref="InputException">The part has another size.</exception>
    public static Tensor Read(ReadOnlyMemory<byte> part, TensorPart name)
    {
        ScalarType type = CardDevice.TypeOf(name.Type);
        long[] shape = [.. name.Shape];
        if (shape.Any(size => size < 0) || shape.Aggregate(type == ScalarType.Float32 ? 4L : 2L, (product, size) => checked(product * size)) != part.Length)
            throw new InputException($"a tensor {name.Type} [{string.Join(", ", shape)}] came with {part.Length} bytes");
        Tensor tensor = empty(shape, dtype: type);
        part.Span.CopyTo(tensor.bytes);
        return tensor;
    }
}
