using OpenSora.Layout.Models;
using OpenSora.Layout.Units;

namespace OpenSora.Planning.Work;

/// <summary>
/// Effort of STDiT3 on units, counted from the code of its blocks. C channels, L tokens of the prompt, D channels of a head;
/// a unit is n frames of S tokens or n positions of T tokens.
/// </summary>
/// <param name="elementSize">Bytes of a number.</param>
/// <param name="textLength">Tokens L of the prompt.</param>
public sealed class TransformerWork(STDiT3Config config, int elementSize, int textLength)
{
    /// <summary>Numbers that a token of a block reads and writes besides weights and scores, as multiples of C; see STDiT3Block.</summary>
    private const double NumbersPerToken = 50;

    /// <summary>Kernels of a block besides the attentions.</summary>
    private const double KernelsPerBlock = 45;

    private readonly long _c = config.HiddenSize;

    /// <summary>One block on one unit of <paramref name="count"/> frames or positions.</summary>
    public Effort Unit(UnitPlan units, TokenLayout layout, long count)
    {
        long group = layout == TokenLayout.Frames ? units.Positions : units.Frames, rows = count * group;
        ScoreBlocks self = ScoreBlocks.Of(count * config.NumHeads, group, group), cross = ScoreBlocks.Of(config.NumHeads, rows, textLength);
        return new Effort(
            LinearFlops(rows) + 4.0 * rows * (group + textLength) * _c,
            elementSize * (NumbersPerToken * rows * _c + BlockWeights) + ScoreBytes(self) + ScoreBytes(cross),
            KernelsPerBlock + self.Kernels + cross.Kernels);
    }

    /// <summary>One block on a run of whole units.</summary>
    public Effort Run(UnitPlan units, TokenLayout layout, Run run)
    {
        long size = units.PerUnit(layout), full = run.Count / size, rest = run.Count % size;
        Effort effort = full == 0 ? default : full * Unit(units, layout, size);
        return rest == 0 ? effort : effort + Unit(units, layout, rest);
    }

    /// <summary>What a forward adds to its blocks: embedding of patches and the final layer.</summary>
    public Effort Ends(long tokens) => new(
        2.0 * tokens * _c * (config.PatchChannels + 4 * config.OutChannels), elementSize * 4.0 * tokens * _c, 60);

    /// <summary>Keys and values of a prompt for all cross-attentions; once a job and half.</summary>
    public Effort Prompt() => new(
        2.0 * textLength * _c * (config.CaptionChannels + _c) + 2.0 * config.Depth * 4.0 * textLength * _c * _c,
        elementSize * 2.0 * config.Depth * 2 * _c * _c, 2.0 * config.Depth * 6);

    /// <summary>A forward of one half over all tokens of a clip by rank alone, in units.</summary>
    public Effort Forward(UnitPlan units) => config.Depth
        * (Run(units, TokenLayout.Frames, units.Whole(TokenLayout.Frames)) + Run(units, TokenLayout.Positions, units.Whole(TokenLayout.Positions)))
        + Ends(units.Frames * units.Positions);

    /// <summary>Self-attention's projections, those of cross-attention for the queries, and the MLP.</summary>
    private double LinearFlops(long rows) => 2.0 * rows * (6.0 * _c * _c + 2.0 * _c * config.MlpSize);

    private double BlockWeights => 6.0 * _c * _c + 2.0 * _c * config.MlpSize;

    /// <summary>Scores are written by the product, read and written by the softmax, and read by the second product.</summary>
    private double ScoreBytes(ScoreBlocks blocks) => blocks.Scores * (2.0 * elementSize + 2 * sizeof(float));
}
