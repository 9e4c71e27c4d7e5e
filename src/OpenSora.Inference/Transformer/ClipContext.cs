using OpenSora.Layout.Clips;
using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>What the network needs of a clip and what no step changes: computed once per job.</summary>
public sealed class ClipContext : IDisposable
{
    internal ClipContext(ClipShape shape, UnitPlan plan, UnitCalls calls, Tensor positions, Tensor fps, RotaryEmbedding rotary)
    {
        (Shape, Plan, Calls, PositionEmbedding, FpsEmbedding, Rotary) = (shape, plan, calls, positions, fps, rotary);
    }

    public ClipShape Shape { get; }

    /// <summary>How the tokens are cut into units.</summary>
    public UnitPlan Plan { get; }

    /// <summary>[S, C]</summary>
    public Tensor PositionEmbedding { get; }

    /// <summary>[1, C]</summary>
    public Tensor FpsEmbedding { get; }

    /// <summary>Which units are computed together.</summary>
    internal UnitCalls Calls { get; }

    internal RotaryEmbedding Rotary { get; }

    public void Dispose()
    {
        PositionEmbedding.Dispose();
        FpsEmbedding.Dispose();
        Rotary.Dispose();
    }
}
