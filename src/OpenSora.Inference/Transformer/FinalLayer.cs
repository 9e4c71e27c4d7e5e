using OpenSora.Inference.Layers;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Transformer;

/// <summary>Tokens to predictions (<c>T2IFinalLayer</c>).</summary>
internal sealed class FinalLayer : nn.Module
{
    [ComponentName(Name = "scale_shift_table")] private readonly Parameter _scaleShiftTable;
    [ComponentName(Name = "linear")] private readonly Linear _linear;

    public FinalLayer(ParameterSource p, STDiT3Config config) : base(nameof(FinalLayer))
    {
        _scaleShiftTable = p.Get("scale_shift_table", 2, config.HiddenSize);
        _linear = new Linear(p["linear"], config.HiddenSize, 4 * config.OutChannels);
        RegisterComponents();
    }

    /// <summary>
    /// A unit [n, m, C] → [n, m, 4 · channels], cell by cell of the patch as <see cref="Patches"/> orders them, the velocity's
    /// channels first.
    /// </summary>
    public Tensor forward(Tokens unit, TimeEmbedding time)
    {
        Tensor y = Modulate(unit.Values, time.T);
        // The original modulates the frames held at time zero a second time on top of the first. What it predicts there is
        // dropped by the sampler, but the numbers are its numbers.
        if (time is { Denoised: not null, T0: not null })
            y = where(OfFrames(time.Denoised, unit), y, Modulate(y, time.T0));
        return _linear.forward(y);
    }

    /// <summary>[T] → what fits the unit's tokens.</summary>
    private static Tensor OfFrames(Tensor perFrame, Tokens unit) => unit.Layout == TokenLayout.Positions
        ? perFrame.view(1, -1, 1)
        : perFrame.narrow(0, unit.First, unit.Run.Count).view(-1, 1, 1);

    private Tensor Modulate(Tensor x, Tensor t)
    {
        Tensor rows = _scaleShiftTable.Plus(t); // [2, C]
        return new Modulation(rows.select(0, 0), rows.select(0, 1).Plus(1)).Normalise(x);
    }
}
