using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>From the timestep to the six modulation vectors that the blocks start from.</summary>
internal sealed class TimeBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "1")] private readonly Linear _linear;

    public TimeBlock(ParameterSource p, int hiddenSize) : base(nameof(TimeBlock))
    {
        _linear = new Linear(p["1"], hiddenSize, 6 * hiddenSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor t) => _linear.forward(nn.functional.silu(t));
}
