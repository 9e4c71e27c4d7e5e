using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.Inference.Sampling;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 8: the CPU generator. Names tell what was drawn: <c>seed42_n17</c>, <c>seed42_n17_bf16</c>, <c>seed42_z</c>, and
/// <c>seed42_seq_a</c>, <c>_b</c>, … one after the other from one seed.
/// </summary>
public static partial class Case8Random
{
    private const double Tolerance = 2e-6;

    public static IEnumerable<GoldenResult> Run(GoldenContext context) =>
        GoldenFiles.Compare(context, "case8_randn", "*.safetensors", file => Compare(context, file));

    private static GoldenResult Compare(GoldenContext context, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        foreach (IGrouping<string, string> draws in golden.Names.GroupBy(name => Sequence().Replace(name, "_seq")))
        {
            if (!long.TryParse(Seed().Match(draws.Key).Groups[1].ValueSpan, out long seed))
                throw new InputException($"its tensor {draws.Key} does not begin with a seed, as seed42_n17 does");
            using NoiseSource noise = new(seed);
            char next = 'a';
            foreach (string name in draws.Order(StringComparer.Ordinal))
            {
                if (Sequence().IsMatch(name) && name[^1] != next++)
                    throw new InputException($"its tensor {name} was drawn after others that it does not have");
                bool half = name.EndsWith("_bf16", StringComparison.Ordinal);
                Tensor expected = golden[name];
                Tensor drawn = noise.Normal(half ? ScalarType.BFloat16 : ScalarType.Float32, expected.shape).to(ScalarType.Float32);
                error.Add(name, half ? BeyondOneUlp(drawn, expected) : (drawn - expected).abs().max().Value());
            }
        }
        return error.Result(GoldenFiles.Name(context, file), Tolerance);
    }

    /// <summary>The largest difference of bfloat16 values that are more than one unit in the last place apart.</summary>
    private static double BeyondOneUlp(Tensor drawn, Tensor expected)
    {
        Tensor difference = (drawn - expected).abs();
        Tensor ulp = maximum(drawn.abs(), expected.abs()).Over(128);
        return where(difference > ulp, difference, zeros_like(difference)).max().Value();
    }

    [GeneratedRegex("_seq_.*$")]
    private static partial Regex Sequence();

    [GeneratedRegex("^seed([0-9]+)_")]
    private static partial Regex Seed();
}
