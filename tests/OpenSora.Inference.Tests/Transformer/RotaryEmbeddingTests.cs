using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public class RotaryEmbeddingTests
{
    private const int Frames = 7, Heads = 2, HeadSize = 8;

    [Fact]
    public void Products_of_queries_and_keys_are_those_of_pairs_rotated_in_place()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor frequencies = RotaryEmbedding.DefaultFrequencies(HeadSize);
        Tensor qk = Networks.Noise(1, 3, Frames, 2, Heads, HeadSize);
        Tensor rotated = RotaryEmbedding.Of(frequencies, Frames, Precision.Float32).Rotate(qk);

        float[] theta = frequencies.data<float>().ToArray();
        foreach ((int i, int j) in new[] { (0, 0), (0, 6), (5, 2) })
        {
            double expected = 0;
            for (int pair = 0; pair < HeadSize / 2; pair++)
            {
                // q and k as complex numbers, each turned by its frame: the real part of q · conj(k).
                (double re, double im) q = Turn(qk, i, 0, pair, theta[pair]), k = Turn(qk, j, 1, pair, theta[pair]);
                expected += q.re * k.re + q.im * k.im;
            }
            double actual = (rotated[2, i, 0, 1] * rotated[2, j, 1, 1]).sum().ToDouble();
            Assert.Equal(expected, actual, 5);
        }
    }

    [Fact]
    public void The_first_frame_is_not_rotated()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor qk = Networks.Noise(1, 1, 1, 2, 1, 4);
        Tensor rotated = RotaryEmbedding.Of(RotaryEmbedding.DefaultFrequencies(4), 1, Precision.Float32).Rotate(qk);
        Assert.Equal(0, Networks.LargestDifference(qk, rotated));
    }

    [Fact]
    public void Tables_of_a_bfloat16_network_are_rounded_at_every_step()
    {
        using DisposeScope scope = NewDisposeScope();
        Precision precision = new(ScalarType.BFloat16, ScalarType.Float32);
        RotaryEmbedding tables = RotaryEmbedding.Of(tensor(new[] { 0.773f }), 20, precision);
        float frequency = Rounding.To(ScalarType.BFloat16, 0.773f);
        float angle = Rounding.To(ScalarType.BFloat16, 19 * frequency);
        Assert.Equal(Rounding.To(ScalarType.BFloat16, MathF.Cos(angle)), tables.Cos[19, 0].ToSingle());
        Assert.Equal(Rounding.To(ScalarType.BFloat16, MathF.Sin(angle)), tables.Sin[19, 0].ToSingle());
    }

    private static (double, double) Turn(Tensor qk, int frame, int which, int pair, float theta)
    {
        (double sin, double cos) = Math.SinCos(frame * theta);
        double x = qk[2, frame, which, 1, 2 * pair].ToSingle(), y = qk[2, frame, which, 1, 2 * pair + 1].ToSingle();
        return (x * cos - y * sin, y * cos + x * sin);
    }
}
