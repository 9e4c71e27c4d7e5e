using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Memory;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Plans;

/// <summary>What a clip needs on cards of any type and number, and whether they have it.</summary>
internal sealed class Fit(ModelShape model, ClipGeometry clip, UnitPlan units, GenerationRequest request, int textLength)
{
    /// <summary>Left for fragments of the allocator.</summary>
    private const double UsableShare = 0.95;

    public UnitPlan Units => units;

    public int FramesPerBatch => request.MicroBatchSize;

    public DecodeWork Decode(CardType card) => new(
        model, clip, new AutoencoderUnits(request.MicroFrameSize, request.MicroBatchSize),
        ElementSize.Of(card.ComputeType(request.Dtype)), card.IsProcessor);

    public CardMemory Memory(CardType card, GangPlan plan) => new(model, clip, plan, Decode(card), card, request.Dtype, textLength, StepCache.Parse(request.Cache));

    /// <summary>The rank that needs most, with its parts.</summary>
    public PlannedMemory Fullest(CardType card, GangPlan plan)
    {
        CardMemory memory = Memory(card, plan);
        // Ranks differ by their seat, and the first one by the text encoder.
        (int rank, IReadOnlyList<MemoryPart> parts) = Enumerable.Range(0, plan.Ranks)
            .Select(rank => (rank, Parts: memory.Parts(rank)))
            .MaxBy(rank => CardMemory.Peak(rank.Parts));
        return new PlannedMemory(rank, parts, CardMemory.Peak(parts), Usable(card, plan.Ranks));
    }

    /// <summary>What one of this many cards may hold: cards of a processor share its memory.</summary>
    public static long Usable(CardType card, int cards) => (long)(UsableShare * card.MemoryBytes / card.CardsPerMemory(cards));

    public bool Fits(CardType card, GangPlan plan) => Fullest(card, plan) is var memory && memory.PeakBytes <= memory.UsableBytes;
}
