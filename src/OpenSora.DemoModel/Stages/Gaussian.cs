using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Diagonal normal distributions of the autoencoders.</summary>
internal static class Gaussian
{
    /// <summary>Mean Kullback–Leibler divergence of a latent number from the standard normal distribution (Kingma, Welling: arXiv 1312.6114, appendix B).</summary>
    public static Tensor Divergence(Tensor mean, Tensor logVariance) =>
        (mean.Squared().Plus(logVariance.exp()) - logVariance).Minus(1).mean().Times(0.5);
}
