using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding;

/// <summary>The diagonal Gaussian of a variational encoder, given as moments [B, 2C, …]: C means, then C log-variances.</summary>
internal static class Posterior
{
    /// <returns>[B, C, …]</returns>
    public static Tensor Mean(Tensor moments) => moments.narrow(1, 0, moments.shape[1] / 2);

    /// <summary>exp(½ log-variance), the log-variance clamped to [-30, 20] as the original does against overflow.</summary>
    /// <returns>[B, C, …]</returns>
    public static Tensor Deviation(Tensor moments)
    {
        using DisposeScope scope = NewDisposeScope();
        long channels = moments.shape[1] / 2;
        return moments.narrow(1, channels, channels).Clamped(-30, 20).Multiply(0.5).exp_().MoveToOuterDisposeScope();
    }

    /// <summary>mean + deviation · noise, or the mean alone when <paramref name="noise"/> is null.</summary>
    /// <param name="noise">Standard normal numbers, [B, C, …] on any device and of any type.</param>
    /// <returns>[B, C, …]</returns>
    /// <exception cref="ArgumentException">The noise has another shape: torch would spread it over the sample.</exception>
    public static Tensor Sample(Tensor moments, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = Mean(moments);
        if (noise is not null && !noise.shape.SequenceEqual(mean.shape))
            throw new ArgumentException($"noise [{string.Join(", ", noise.shape)}] for a sample [{string.Join(", ", mean.shape)}]", nameof(noise));
        Tensor sample = noise is null ? mean.clone() : mean.Plus(Deviation(moments) * noise.to(mean.dtype).to(mean.device));
        return sample.MoveToOuterDisposeScope();
    }
}
