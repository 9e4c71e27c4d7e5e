using System.Text.RegularExpressions;
using OpenSora.TestKit;

namespace TorchSharp.Tests.Torch;

/// <summary>The generator gives the numbers of Python's torch: reference values for seeds 42 and 1024.</summary>
public partial class RandomTests
{
    [Fact]
    public void Draws_are_torchs_for_every_size_and_type()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> golden = Golden();

        foreach (IGrouping<string, string> draws in golden.Keys.GroupBy(name => Sequence().Replace(name, "_seq")))
        {
            using Generator generator = new(ulong.Parse(Seed().Match(draws.Key).Groups[1].ValueSpan));
            foreach (string name in draws.Order(StringComparer.Ordinal))
                CheckDraw(name, golden[name], generator);
        }
        Assert.Contains(golden.Keys, name => name.StartsWith("seed1024_", StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_generator_is_seeded_too_and_has_a_state()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator one = new(7), two = new(7);
        Tensor state = one.get_state();

        float[] first = randn(20, generator: one).Floats();

        Assert.Equal(first, randn(20, generator: two).Floats());
        Assert.NotEqual(first, randn(20, generator: one).Floats());
        one.set_state(state);
        Assert.Equal(first, randn(20, generator: one).Floats());
        Assert.Equal(first, randn(20, generator: one.manual_seed(7)).Floats());
        Assert.Equal(7, one.initial_seed());
        Assert.Throws<NotSupportedException>(() => new Generator(1, new Device(DeviceType.CUDA)));
    }

    [Fact]
    public void Uniform_and_whole_numbers_stay_in_range()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        Tensor u = rand(1000, generator: generator), n = randint(2, 5, [1000], generator: generator);

        Assert.InRange(u.min().ToSingle(), 0, 0.01);
        Assert.InRange(u.max().ToSingle(), 0.99, 0.9999999);
        Assert.Equal((2L, 4L), (n.min().ToInt64(), n.max().ToInt64()));
    }

    private static void CheckDraw(string name, Tensor expected, Generator generator)
    {
        bool half = name.EndsWith("_bf16", StringComparison.Ordinal);
        Tensor drawn = randn(expected.shape, half ? ScalarType.BFloat16 : ScalarType.Float32, generator: generator).to(ScalarType.Float32);
        Tensor difference = (drawn - expected).abs();
        // Vectorised kernels differ in the last bits; of bfloat16 one unit in the last place is 1/128.
        Tensor allowed = half ? maximum(drawn.abs(), expected.abs()) / 128 : full_like(expected, 2e-6);
        Assert.True((difference <= allowed).all().ToBoolean(), $"{name}: {difference.max().ToSingle()}");
    }

    private static Dictionary<string, Tensor> Golden()
    {
        string path = Path.Combine(Repository.Golden, "case8_randn", "randn.safetensors");
        return Safetensors.Read(path);
    }

    [GeneratedRegex("_seq_.*$")]
    private static partial Regex Sequence();

    [GeneratedRegex("^seed([0-9]+)_")]
    private static partial Regex Seed();
}
