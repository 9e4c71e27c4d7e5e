using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>
/// Self-attention over the positions of one frame: a single head as wide as the channels, in a residual branch. Frames are
/// independent of each other.
/// </summary>
internal sealed class MidAttention : nn.Module<Tensor, Tensor>
{
    private readonly GroupNorm group_norm;
    private readonly Linear to_q;
    private readonly Linear to_k;
    private readonly Linear to_v;
    private readonly Linear to_out;
    private readonly long _maxScores;

    public MidAttention(ParameterSource p, SpatialVaeConfig config, long channels, long maxScores = BlockedAttention.MaxScores)
        : base(nameof(MidAttention))
    {
        group_norm = new GroupNorm(p["group_norm"], config.NormNumGroups, channels, SpatialVae.NormEpsilon);
        to_q = new Linear(p["to_q"], channels, channels);
        to_k = new Linear(p["to_k"], channels, channels);
        to_v = new Linear(p["to_v"], channels, channels);
        to_out = new Linear(p["to_out.0"], channels, channels);
        _maxScores = maxScores;
        RegisterComponents();
    }

    /// <param name="x">[F, C, h, w]</param>
    /// <returns>[F, C, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        long channels = x.shape[1];
        using Tensor normed = group_norm.forward(x);
        List<Tensor> frames = [];
        foreach (Tensor frame in normed.flatten(2).unbind(0)) // [C, h·w] each
            frames.Add(Attend(frame.transpose(0, 1), channels)); // [h·w, C]
        Tensor change = stack(frames, 0).transpose(1, 2).reshape(x.shape); // [F, C, h, w]
        return x.Plus(change).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor tokens, long channels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = BlockedAttention.Attend(
            to_q.forward(tokens), to_k.forward(tokens), to_v.forward(tokens), 1 / Math.Sqrt(channels), maxScores: _maxScores);
        return to_out.forward(attended).MoveToOuterDisposeScope();
    }
}
