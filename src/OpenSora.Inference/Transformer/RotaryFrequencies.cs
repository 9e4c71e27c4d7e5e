using OpenSora.Inference.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Transformer;

/// <summary>The rotary frequencies that a checkpoint holds: they may differ from the formula's.</summary>
internal sealed class RotaryFrequencies : nn.Module
{
    [ComponentName(Name = "freqs")] public readonly Parameter Freqs;

    public RotaryFrequencies(ParameterSource p, int headSize) : base(nameof(RotaryFrequencies))
    {
        Freqs = p.Get("freqs", headSize / 2);
        RegisterComponents();
    }
}
