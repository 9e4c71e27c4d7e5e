using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>
/// Running layers without keeping what is between them. A dispose scope would hold every activation until the network
/// ends; at full size each has hundreds of MiB, so a decoder lets go of each as soon as the next one is there.
/// </summary>
internal static class Activations
{
    /// <summary>The module's output for <paramref name="x"/>, which is disposed of.</summary>
    public static Tensor Consume(this nn.Module<Tensor, Tensor> module, Tensor x)
    {
        using (x)
            return module.forward(x);
    }

    /// <summary><c>convolution(silu(norm(x)))</c> of an image; <paramref name="x"/> is left as it is.</summary>
    public static Tensor NormSiluConvolve(GroupNorm norm, Conv2d convolution, Tensor x) =>
        RowBands.Convolve(convolution, ImageRows.NormSilu(norm, x));

    /// <summary>The same with another convolution.</summary>
    public static Tensor NormSiluConvolve(GroupNorm norm, nn.Module<Tensor, Tensor> convolution, Tensor x)
    {
        using Tensor normed = norm.forward(x);
        return convolution.forward(normed.silu_());
    }
}
