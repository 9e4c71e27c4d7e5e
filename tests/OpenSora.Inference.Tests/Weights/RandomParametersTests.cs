using System.Security.Cryptography;
using OpenSora.Inference.Weights;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

public sealed class RandomParametersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Values_depend_on_seed_and_key_only_and_are_the_same_on_every_machine()
    {
        RandomParameters one = Standard(7), two = Standard(7), other = Standard(8);
        one.Get("first", 100);

        float[] values = Values(one, "block.0.weight", 10, 10);

        Assert.Equal(values, Values(two["block"]["0"], "weight", 10, 10));
        Assert.NotEqual(values, Values(other, "block.0.weight", 10, 10));
        Assert.NotEqual(values, Values(one, "block.1.weight", 10, 10));
        Assert.Equal("E98785AF8AA80859ACE6FC221564F0C9C78BC0EBB927735C698750751BFFA969", Convert.ToHexString(SHA256.HashData(one.Made["block.0.weight"].bytes)));
    }

    [Fact]
    public void Values_have_the_mean_and_deviation_asked_for()
    {
        RandomParameters parameters = new(1, (key, shape) => key == "ones" ? new Spread(1, 0) : new Spread(-2, 1.0 / shape[0]));

        float[] values = Values(parameters, "w", 4, 50_000);

        double mean = values.Average(value => (double)value);
        Assert.Equal(-2, mean, 0.002);
        Assert.Equal(0.25, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), 0.002);
        Assert.All(Values(parameters, "ones", 5), value => Assert.Equal(1f, value));
    }

    [Fact]
    public void What_was_made_is_written_in_order_and_read_back()
    {
        RandomParameters made = Standard(3);
        foreach (string key in new[] { "z", "a", "m" })
            made.Get(key, 2, 3);
        ShardWriter.WriteTorch(_folder.Path, "pytorch_model", made.Outgoing, maxShardBytes: 50);

        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path, "model", "pytorch_model");
        CheckpointParameters read = new(checkpoint, CPU, Precision.Float32);

        Assert.Equal(["z", "a", "m"], made.Made.Keys);
        foreach (string key in made.Made.Keys)
            Assert.Equal(made.Made[key].data<float>().ToArray(), Values(read, key, 2, 3));
        read.Finish(tell: null);
    }

    [Fact]
    public void A_key_asked_for_twice_is_one_parameter_of_one_shape()
    {
        RandomParameters parameters = Standard(1);
        Assert.Same(parameters.Get("a", 2), parameters.Get("a", 2));
        Assert.Throws<InvalidOperationException>(() => parameters.Get("a", 3));
    }

    private static RandomParameters Standard(ulong seed) => new(seed, (_, _) => new Spread(0, 1));

    private static float[] Values(ParameterSource source, string key, params long[] shape) => source.Get(key, shape).data<float>().ToArray();
}
