using System.Runtime.InteropServices;
using OpenSora.Inference.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

public class RandomTensorTests
{
    private static readonly Spread Drawn = new(0.5, 2);

    /// <summary>More numbers than are drawn at once, and a ragged rest.</summary>
    private static readonly long[] Shape = [3, 350_001];

    [Fact]
    public void What_is_streamed_are_the_numbers_of_RandomParameters()
    {
        RandomParameters parameters = new(7, (_, _) => Drawn);
        Parameter made = parameters.Get("a.weight", Shape);
        float[] streamed = MemoryMarshal.Cast<byte, float>(Written(ScalarType.Float32)).ToArray();
        Assert.Equal(made.data<float>().ToArray(), streamed);
    }

    [Fact]
    public void Bfloat16_is_the_upper_half_of_float32()
    {
        uint[] whole = MemoryMarshal.Cast<byte, uint>(Written(ScalarType.Float32)).ToArray();
        ushort[] halves = MemoryMarshal.Cast<byte, ushort>(Written(ScalarType.BFloat16)).ToArray();
        Assert.Equal([.. whole.Select(bits => (ushort)(bits >> 16))], halves);
    }

    [Fact]
    public void Other_types_are_refused() =>
        Assert.Throws<ArgumentException>(() => RandomTensor.Outgoing(7, "a.weight", ScalarType.Int64, Shape, Drawn));

    private static byte[] Written(ScalarType type)
    {
        using MemoryStream stream = new();
        RandomTensor.Outgoing(7, "a.weight", type, Shape, Drawn).Write(stream);
        return stream.ToArray();
    }
}
