using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using GroupNorm = OpenSora.Inference.Layers.GroupNorm;

namespace OpenSora.Inference.Decoding.Temporal;

/// <summary>x + conv2(silu(norm2(conv1(silu(norm1(x)))))), the x through a 1×1×1 convolution where the channels change.</summary>
internal sealed class TemporalResBlock : nn.Module<Tensor, Tensor>
{
    private readonly GroupNorm norm1;
    private readonly CausalConv3d conv1;
    private readonly GroupNorm norm2;
    private readonly CausalConv3d conv2;
    private readonly CausalConv3d? conv3;

    public TemporalResBlock(ParameterSource p, TemporalVaeConfig config, long inChannels, long outChannels) : base(nameof(TemporalResBlock))
    {
        norm1 = new GroupNorm(p["norm1"], config.NumGroups, inChannels, TemporalVae.NormEpsilon);
        conv1 = new CausalConv3d(p["conv1"], inChannels, outChannels, kernel: 3, hasBias: false);
        norm2 = new GroupNorm(p["norm2"], config.NumGroups, outChannels, TemporalVae.NormEpsilon);
        conv2 = new CausalConv3d(p["conv2"], outChannels, outChannels, kernel: 3, hasBias: false);
        if (inChannels != outChannels)
            conv3 = new CausalConv3d(p["conv3"], inChannels, outChannels, kernel: 1, hasBias: false);
        RegisterComponents();
    }

    /// <param name="x">[B, in, T, h, w]</param>
    /// <returns>[B, out, T, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        using Tensor hidden = Activations.NormSiluConvolve(norm1, conv1, x);
        Tensor change = Activations.NormSiluConvolve(norm2, conv2, hidden);
        if (conv3 is null)
            return change.Add(x);
        using Tensor shortcut = conv3.forward(x);
        return change.Add(shortcut);
    }

    /// <summary>A run of blocks, of which the first changes the number of channels.</summary>
    public static ModuleList<TemporalResBlock> Run(ParameterSource p, TemporalVaeConfig config, long inChannels, long outChannels)
    {
        ModuleList<TemporalResBlock> blocks = [];
        for (int i = 0; i < config.NumResBlocks; i++)
            blocks.Add(new TemporalResBlock(p[$"{i}"], config, i == 0 ? inChannels : outChannels, outChannels));
        return blocks;
    }
}
