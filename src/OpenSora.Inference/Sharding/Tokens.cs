using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sharding;

/// <summary>Tokens of one sample that a rank holds: the layout travels with the numbers.</summary>
/// <param name="Values">[frames, S, C] or [positions, T, C], see <paramref name="Layout"/>.</param>
/// <param name="Layout">What the first dimension counts.</param>
/// <param name="First">Which frame or position of the clip the first one is.</param>
public sealed record Tokens(Tensor Values, TokenLayout Layout, long First)
{
    /// <summary>The frames or positions held.</summary>
    public Run Run => new(First, Values.shape[0]);

    /// <summary>Some of the frames or positions held, without copying.</summary>
    public Tokens Slice(Run run) => new(Values.narrow(0, run.First - First, run.Count), Layout, run.First);

    /// <summary>Other numbers for the same frames or positions.</summary>
    public Tokens With(Tensor values) => this with { Values = values };
}
