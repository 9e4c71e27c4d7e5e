using System.Numerics;
using System.Runtime.InteropServices;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference;

/// <summary>Finds NaN and infinity, on the host and so on every device alike, in one pass over what is there anyway.</summary>
public static class Finite
{
    /// <summary>How many of the numbers are NaN or infinite.</summary>
    public static int Missing(ReadOnlySpan<float> values)
    {
        // 0 times a number is 0, unless the number is not finite: then it is NaN, which a sum keeps.
        Vector<float> sum = Vector<float>.Zero;
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        foreach (Vector<float> part in wide)
            sum += part * Vector<float>.Zero;
        float rest = Vector.Sum(sum);
        foreach (float value in values[(wide.Length * Vector<float>.Count)..])
            rest += value * 0;
        return rest == 0 ? 0 : Count(values);
    }

    /// <summary>As <see cref="Missing(ReadOnlySpan{float})"/>, of a tensor of any type on any device.</summary>
    public static int Missing(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        return Missing(MemoryMarshal.Cast<byte, float>(values.cpu().to(ScalarType.Float32).contiguous().bytes));
    }

    /// <summary>Ends what is done where its numbers stop being finite.</summary>
    /// <param name="stage">The stage, and what in it, e.g. <c>decode: frames 0 to 3</c>.</param>
    /// <param name="network">Whose result it is.</param>
    /// <exception cref="InputException">Some are not. Names the weights that are not either, if any.</exception>
    public static void Require(this Models models, Network network, Tensor values, string stage)
    {
        if (Missing(values) is > 0 and int missing)
            throw new InputException(models.WordsFor(network, stage, missing, values.numel()));
    }

    /// <summary>What to tell of results that are not finite.</summary>
    public static string WordsFor(this Models models, Network network, string stage, long missing, long all) =>
        $"{stage}: {missing} of {all} numbers are NaN or infinite; {Cause(models, network)}";

    private static string Cause(Models models, Network network) => models.FindNotFinite(network) is var (path, name)
        ? $"so is {name} of {path}: give an intact checkpoint"
        : models.Precision.Model == ScalarType.Float16
            ? "all weights are finite, and --dtype fp16 overflows: give --dtype bf16 or fp32"
            : "all weights are finite, and their products overflow: give --dtype fp32, a smaller --cfg-scale, or weights that were trained for such clips";

    private static int Count(ReadOnlySpan<float> values)
    {
        int count = 0;
        foreach (float value in values)
            count += float.IsFinite(value) ? 0 : 1;
        return count;
    }
}
