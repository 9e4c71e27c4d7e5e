using OpenSora.Inference.Weights;

namespace OpenSora.DemoModel;

/// <summary>How weights are drawn before training.</summary>
internal static class Starts
{
    /// <summary>Weights keep the size of what goes through them, norms begin as the identity, biases at zero.</summary>
    public static Spread Spread(string key, long[] shape) => shape switch
    {
        [_] when key.EndsWith("bias", StringComparison.Ordinal) => new Spread(0, 0),
        [_] => new Spread(1, 0),
        _ => new Spread(0, 1 / Math.Sqrt(shape[1..].Aggregate(1L, (product, size) => product * size))),
    };
}
