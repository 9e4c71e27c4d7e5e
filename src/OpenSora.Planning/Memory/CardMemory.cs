using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Models;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Memory;

/// <summary>
/// What a card holds during one clip, part by part. The first rank also encodes the text; any rank decodes. Checked against
/// measured resident memory on a CPU: docs/simulator.md.
/// </summary>
public sealed class CardMemory(
    ModelShape model, ClipGeometry clip, GangPlan plan, DecodeWork decode, CardType card, string dtype, int textLength,
    StepCache? cache = null)
{
    /// <summary>Numbers of a unit that exist until the unit is done, as multiples of rows · C, besides those of the MLP: see STDiT3Block.</summary>
    private const long NumbersPerRow = 30;

    /// <summary>Copies of a block of scores: the product, the softmax in float32, and its rounding.</summary>
    private const long ScoreCopies = 3;

    /// <summary>Of a seat's frames: latents, velocities of both halves and their sums.</summary>
    private const long LatentCopies = 8;

    /// <summary>Of all frames, in the process: as they were handed over, and as they are handed in.</summary>
    private const long WholeLatents = 2;

    private const int FloatBytes = sizeof(float);

    /// <summary>What the part is called that follows from the size of units.</summary>
    internal const string UnitPart = "temporaries of a unit";

    private const string AfterTexts = "after texts";

    private readonly int _element = ElementSize.Of(card.ComputeType(dtype));
    private readonly ParameterCounts _weights = ParameterCounts.Of(model);

    /// <summary>The parts of a rank's memory.</summary>
    public IReadOnlyList<MemoryPart> Parts(int rank)
    {
        Seat seat = plan.SeatOf(rank);
        STDiT3Config transformer = model.Transformer;
        int streams = plan.HalvesOf(rank).Count == 2 && plan.Seats.Count > 1 ? 2 : 1;
        long stream = (seat.Frames.Count * plan.Units.Positions + seat.Positions.Count * plan.Units.Frames) * transformer.HiddenSize;
        long leaving = Math.Max(
            seat.Frames.Count * (plan.Units.Positions - seat.Positions.Count),
            seat.Positions.Count * (plan.Units.Frames - seat.Frames.Count)) * transformer.HiddenSize;
        return
        [
            new("runtime", card.ReservedBytes, "always"),
            new("transformer weights", _element * _weights.Transformer, AfterTexts),
            // Where a processor maps them as they are, they are read when the first chunk is decoded.
            new("autoencoder weights", _element * _weights.Autoencoder, card.IsProcessor && dtype == "fp32" ? "decode" : AfterTexts),
            .. rank == 0 ? [new MemoryPart("text encoder weights", TextWeights, "encode")] : Array.Empty<MemoryPart>(),
            .. WhileLoading is > 0 and var loading ? [new MemoryPart("mapped files while weights are rounded", loading, "load")] : Array.Empty<MemoryPart>(),
            .. rank == 0 ? [new MemoryPart("text activations", TextActivations, "encode")] : Array.Empty<MemoryPart>(),
            new("prompt keys and values", plan.HalvesOf(rank).Count * 4L * transformer.Depth * textLength * transformer.HiddenSize * _element, "denoise"),
            new("residual stream, before and after a switch", streams * stream * _element, "denoise"),
            .. cache is null ? Array.Empty<MemoryPart>() : [new MemoryPart("kept for --cache", plan.HalvesOf(rank).Count * Kept(cache, seat) * _element, "denoise")],
            new("units under way to other cards", streams * leaving * _element, "denoise"),
            new(UnitPart, streams * UnitTemporaries(seat), "denoise"),
            new("latents and velocities", Latents(seat), "denoise"),
            new("decoding of a unit", decode.PeakBytes, "decode"),
        ];
    }

    /// <summary>What is held at once in the stage that holds most: texts are encoded before the other networks are loaded.</summary>
    public static IReadOnlyList<MemoryPart> AtPeak(IReadOnlyList<MemoryPart> parts)
    {
        string[][] stages = [["encode"], [AfterTexts, "load"], [AfterTexts, "denoise"], [AfterTexts, "decode"]];
        return stages
            .Select(stage => parts.Where(part => part.When == "always" || stage.Contains(part.When)).ToArray())
            .MaxBy(held => held.Sum(part => part.Bytes))!;
    }

    public static long Peak(IReadOnlyList<MemoryPart> parts) => AtPeak(parts).Sum(part => part.Bytes);

    public long Peak(int rank) => Peak(Parts(rank));

    /// <summary>In float16 the text encoder's activations overflow, so it is held in float32.</summary>
    private int TextElement => dtype == "fp16" ? FloatBytes : _element;

    /// <summary>A block's scores of one head, and the widest layer's activations.</summary>
    private long TextActivations => TextElement * textLength * (4 * model.Text.DFf + 6 * model.Text.Inner + 4 * model.Text.DModel)
        + FloatBytes * (2L * model.Text.NumHeads + ScoreCopies) * textLength * textLength;

    private long Latents(Seat seat) => FloatBytes * model.Transformer.PatchChannels
        * (LatentCopies * seat.Frames.Count * plan.Units.Positions + (card.IsProcessor ? WholeLatents * clip.Grid.Tokens : 0));

    /// <summary>Numbers that a half of guidance keeps from step to step at most: see BroadcastCache and FirstBlockCache.</summary>
    private long Kept(StepCache cache, Seat seat)
    {
        long frames = seat.Frames.Count * plan.Units.Positions, positions = seat.Positions.Count * plan.Units.Frames;
        return model.Transformer.HiddenSize * (cache.Kind == StepCacheKind.Broadcast
            ? 4 * model.Transformer.Depth * frames  // self- and cross-attention of spatial and temporal blocks
            : 2 * frames + 2 * positions);          // before and now of the first block; its tokens, and what the others add
    }

    /// <summary>Of a call, which may compute several units.</summary>
    private long UnitTemporaries(Seat seat)
    {
        UnitPlan units = plan.Units;
        long Of(TokenLayout layout, long group, long held)
        {
            long count = Math.Min(held, Math.Max(units.PerUnit(layout), card.Units.RowsAtOnce / group)), rows = count * group;
            if (count == 0)
                return 0;
            long scores = card.HasFusedAttention ? 0 : ScoreBlocks.Of(count * model.Transformer.NumHeads, group, group).LargestBlock
                + ScoreBlocks.Of(model.Transformer.NumHeads, rows, textLength).LargestBlock;
            return _element * rows * (NumbersPerRow * model.Transformer.HiddenSize + 2L * model.Transformer.MlpSize) + FloatBytes * ScoreCopies * scores;
        }
        return Math.Max(Of(TokenLayout.Frames, units.Positions, seat.Frames.Count), Of(TokenLayout.Positions, units.Frames, seat.Positions.Count));
    }

    /// <summary>A processor widens matrices one at a time, and holds them as the public files do.</summary>
    private long TextWeights => (card.IsProcessor ? ElementSize.Of("bf16") : TextElement) * _weights.Text;

    /// <summary>
    /// A processor maps the files. Where they have another type than kernels use, the rounded copy of a network stands beside
    /// the file until it is loaded: transformer, then autoencoder.
    /// </summary>
    private long WhileLoading => !card.IsProcessor || dtype == "fp32" ? 0
        : FloatBytes * Math.Max(_weights.Transformer - _weights.Autoencoder, _weights.Autoencoder);
}
