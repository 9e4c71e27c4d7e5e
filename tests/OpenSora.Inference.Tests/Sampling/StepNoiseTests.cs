using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Sampling;

public class StepNoiseTests
{
    private static readonly long[] s_shape = [2, 4, 3, 5, 6];

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Whoever_has_the_state_draws_what_the_run_draws_from_any_step(ScalarType model)
    {
        using DisposeScope scope = NewDisposeScope();
        using NoiseSource run = new(42);
        run.Normal(model, 7, 11); // as after encoding references
        byte[] state = run.State;
        Tensor[] drawn = [.. Enumerable.Range(0, 5).Select(step => StepNoise.Draw(run, step, model, s_shape))];
        for (int first = 0; first < 5; first++)
        {
            using NoiseSource source = NoiseSource.From(state);
            StepNoise copy = new(source, model, s_shape);
            foreach (int step in Enumerable.Range(first, 5 - first))
            {
                IReadOnlyList<Tensor> noise = copy.At(step);
                for (int sample = 0; sample < 2; sample++)
                    Assert.Equal(0, Networks.LargestDifference(Patches.FromLatent(drawn[step][sample]), noise[sample]));
            }
        }
    }

    [Fact]
    public void Steps_only_rise()
    {
        using DisposeScope scope = NewDisposeScope();
        using NoiseSource run = new(1);
        StepNoise noise = new(run, ScalarType.Float32, s_shape);
        noise.At(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => noise.At(3));
    }

    [Fact]
    public void Looking_at_the_state_draws_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using NoiseSource one = new(1), other = new(1);
        _ = one.State;
        Assert.Equal(0, Networks.LargestDifference(one.Normal(ScalarType.Float32, 20), other.Normal(ScalarType.Float32, 20)));
    }
}
