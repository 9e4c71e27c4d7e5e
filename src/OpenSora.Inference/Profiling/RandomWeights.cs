using OpenSora.Inference.Weights;

namespace OpenSora.Inference.Profiling;

/// <summary>Weights that keep activations near one, so that no number overflows or becomes denormal.</summary>
internal static class RandomWeights
{
    public static RandomParameters New(Func<string, bool>? has = null) => new(1, Of, has);

    private static Spread Of(string key, long[] shape) => shape.Length > 1
        ? new Spread(0, 1 / Math.Sqrt(shape[1..].Aggregate(1L, (product, size) => product * size)))
        : key.Contains("norm", StringComparison.Ordinal) && key.EndsWith("weight", StringComparison.Ordinal) ? new Spread(1, 0) : new Spread(0, 0.1);
}
