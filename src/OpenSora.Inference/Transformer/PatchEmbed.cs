using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// The convolution that turns patches into tokens. Kernel and stride are the patch, so on tokens it is a matrix product.
/// </summary>
internal sealed class PatchEmbed : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Projection _proj;

    public PatchEmbed(ParameterSource p, STDiT3Config config) : base(nameof(PatchEmbed))
    {
        _proj = new Projection(p["proj"], config);
        RegisterComponents();
    }

    public Device Device => _proj.Weight.device;

    /// <summary>Patches [n, S, 16] as <see cref="Patches"/> orders them → [n, S, C].</summary>
    public override Tensor forward(Tensor patches)
    {
        // [C, c, 1, 2, 2] → [C, 2, 2, c]: the order of the numbers in a token.
        Tensor weight = _proj.Weight.squeeze(2).permute(0, 2, 3, 1).reshape(_proj.Weight.shape[0], -1);
        return nn.functional.linear(patches, weight, _proj.Bias);
    }

    private sealed class Projection : nn.Module
    {
        [ComponentName(Name = "weight")] public readonly Parameter Weight;
        [ComponentName(Name = "bias")] public readonly Parameter Bias;

        public Projection(ParameterSource p, STDiT3Config config) : base(nameof(Projection))
        {
            Weight = p.Get("weight", config.HiddenSize, config.InChannels, 1, 2, 2);
            Bias = p.Get("bias", config.HiddenSize);
            RegisterComponents();
        }
    }
}
