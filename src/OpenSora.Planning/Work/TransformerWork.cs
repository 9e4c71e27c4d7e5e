using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;

namespace OpenSora.Planning.Work;

/// <summary>
/// Effort of STDiT3 on units, counted from the code of its blocks. C channels, L tokens of the prompt, D channels of a head;
/// a unit is n frames of S tokens or n positions of T tokens.
/// </summary>
/// <param name="elementSize">Bytes of a number.</param>
/// <param name="textLength">Tokens L of the prompt.</param>
/// <param name="card">What computes: its operations, its attention, and how many parts of a product it computes at once.</param>
public sealed class TransformerWork(STDiT3Config config, int elementSize, int textLength, CardType card)
{
    /// <summary>
    /// Rows and columns of the part of a product that one multiprocessor computes at once. Of these, which run at about the same rate in half
    /// precision, a BLAS takes those that leave the fewest multiprocessors idle.
    /// </summary>
    private static readonly (long Rows, long Columns)[] s_tiles = [(128, 128), (128, 256), (256, 128)];

    private readonly long _c = config.HiddenSize;
    private readonly BlockOperations _operations = card.IsProcessor ? BlockOperations.OfProcessor : BlockOperations.OfTorch;

    /// <summary>One block in one call on <paramref name="count"/> frames or positions.</summary>
    public Effort Unit(UnitPlan units, TokenLayout layout, long count)
    {
        long group = layout == TokenLayout.Frames ? units.Positions : units.Frames, rows = count * group;
        Effort effort = new(
            LinearFlops(rows) + 4.0 * rows * (group + textLength) * _c,
            elementSize * (_operations.Numbers(layout) * rows * _c + BlockWeights),
            _operations.Kernels(layout));
        return card.HasFusedAttention
            ? effort
            : effort + Scores(ScoreBlocks.Of(count * config.NumHeads, group, group)) + Scores(ScoreBlocks.Of(config.NumHeads, rows, textLength));
    }

    /// <summary>One block on a run of whole units.</summary>
    /// <param name="rowsAtOnce">The most rows of a call that computes several units; 0 for one unit a call.</param>
    public Effort Run(UnitPlan units, TokenLayout layout, Run run, long rowsAtOnce = 0)
    {
        long size = units.PerUnit(layout), full = run.Count / size, rest = run.Count % size;
        long atOnce = Math.Max(1, rowsAtOnce / (size * units.Whole(layout.Other()).Count)), calls = full / atOnce;
        Effort effort = default;
        if (calls > 0)
            effort += calls * Unit(units, layout, atOnce * size);
        if (full % atOnce is > 0 and var left)
            effort += Unit(units, layout, left * size);
        return rest == 0 ? effort : effort + Unit(units, layout, rest);
    }

    /// <summary>What a forward adds to its blocks: embedding of patches and the final layer.</summary>
    public Effort Ends(long tokens) => new(
        2.0 * tokens * _c * (config.PatchChannels + 4 * config.OutChannels), elementSize * 4.0 * tokens * _c, 60);

    /// <summary>Keys and values of a prompt for all cross-attentions; once a job and half.</summary>
    public Effort Prompt() => new(
        2.0 * textLength * _c * (config.CaptionChannels + _c) + 2.0 * config.Depth * 4.0 * textLength * _c * _c,
        elementSize * 2.0 * config.Depth * 2 * _c * _c, 2.0 * config.Depth * 6);

    /// <summary>A forward of one half over all tokens of a clip by one rank alone, unit by unit.</summary>
    public Effort Forward(UnitPlan units) => config.Depth
        * (Run(units, TokenLayout.Frames, units.Whole(TokenLayout.Frames)) + Run(units, TokenLayout.Positions, units.Whole(TokenLayout.Positions)))
        + Ends(units.Frames * units.Positions);

    /// <summary>Queries, keys and values; projections of both attentions and queries to the prompt; the MLP, in and out.</summary>
    private double LinearFlops(long rows) =>
        Product(rows, 3 * _c, _c) + 3 * Product(rows, _c, _c) + Product(rows, config.MlpSize, _c) + Product(rows, _c, config.MlpSize);

    /// <summary>Operations of a product, with those that idle multiprocessors would have done while the last tiles are computed.</summary>
    private double Product(long rows, long columns, long inner)
    {
        double flops = 2.0 * rows * columns * inner;
        if (card.Multiprocessors is not { } at)
            return flops;
        return s_tiles.Min(tile => 2.0 * inner * tile.Rows * tile.Columns * at * Rounds(Rounds(rows, tile.Rows) * Rounds(columns, tile.Columns), at));
    }

    private static long Rounds(long all, long each) => (all + each - 1) / each;

    private double BlockWeights => 6.0 * _c * _c + 2.0 * _c * config.MlpSize;

    /// <summary>Scores are written by the product, read and written by the softmax, and read by the second product.</summary>
    private Effort Scores(ScoreBlocks blocks) => new(0, blocks.Scores * (2.0 * elementSize + 2 * sizeof(float)), blocks.Kernels);
}
