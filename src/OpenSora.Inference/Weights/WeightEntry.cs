using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>What a checkpoint says about one of its tensors.</summary>
/// <param name="Name">Checkpoint key, e.g. <c>spatial_blocks.0.attn.qkv.weight</c>.</param>
/// <param name="Type">Type of its numbers in the file.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
public sealed record WeightEntry(string Name, ScalarType Type, long[] Shape)
{
    /// <summary>Number of elements: the product of <see cref="Shape"/>, 1 for a scalar.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Bytes of the elements, densely packed.</summary>
    public long Bytes => checked(Count * ElementTypes.Size(Type));

    /// <summary><see cref="Bytes"/> of a shape out of a file that nobody has checked; null when it is no 64-bit number.</summary>
    internal long? TryGetBytes()
    {
        try
        {
            return Bytes;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    public override string ToString() => $"{Name} {Show.Shape(Shape)} {Type}";
}
