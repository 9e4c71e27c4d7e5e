using OpenSora.Contracts.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Work;
using ElementSizes = OpenSora.Planning.Memory.ElementSize;

namespace OpenSora.Planning.Simulation;

/// <summary>
/// A clip to be made on cards of one type: what its stages take. Steps are simulated once for each number of cards, since
/// all steps of a gang are alike.
/// </summary>
public sealed class Job
{
    private readonly Dictionary<(int Cards, bool TwoLevels), StepResult> _steps = [];
    private readonly TransformerWork _transformer;
    private readonly int _element;
    private readonly long _rowsAtOnce;

    /// <param name="share">What of the peak matrix products reach, 0 to 1.</param>
    /// <param name="linkShare">What of the nominal rates of links messages reach, 0 to 1.</param>
    /// <param name="rows">Rows that a unit is to have; null for those of the card's kind.</param>
    /// <param name="together">Whether equal units are computed in one call, as where a device gives the bytes of single calls.</param>
    public Job(
        ModelShape model, ClipGeometry clip, AutoencoderUnits units, CardType card, string dtype, int steps, int textLength, double share, double linkShare, long? rows = null, bool together = false)
    {
        (Model, Clip, Card, Steps, LinkShare, _rowsAtOnce) = (model, clip, card, steps, linkShare, together ? card.Units.RowsAtOnce : 0);
        string compute = card.ComputeType(dtype);
        _element = ElementSizes.Of(compute);
        Rate = ComputeRate.Of(card, compute, share);
        Units = UnitPlan.For(clip.Grid.Frames, clip.Grid.PerFrame, rows ?? card.Units.RowsFor(clip.Grid.Tokens));
        Decode = new DecodeWork(model, clip, units, _element, card.IsProcessor);
        _transformer = new TransformerWork(model.Transformer, _element, textLength, card);
        EncodeSeconds = Rate.Seconds(TextWork.Prompt(model.Text, _element, textLength) + 2 * _transformer.Prompt());
    }

    public ModelShape Model { get; }
    public ClipGeometry Clip { get; }
    public CardType Card { get; }
    public int Steps { get; }
    public ComputeRate Rate { get; }
    public double LinkShare { get; }
    public UnitPlan Units { get; }
    public DecodeWork Decode { get; }

    /// <summary>Of the text, on one card.</summary>
    public double EncodeSeconds { get; }

    /// <summary>A forward of one half of guidance over the whole clip.</summary>
    public Effort Forward => _transformer.Forward(Units);

    /// <summary>Of a chunk, on one card.</summary>
    public double ChunkSeconds(FrameChunk chunk) => Rate.Seconds(Decode.Chunk(chunk));

    /// <summary>The final latent, to the card that gathers it.</summary>
    public double GatherSeconds(int cards) => cards == 1
        ? 0
        : Clip.Grid.Tokens * Model.Transformer.PatchChannels * (double)sizeof(float) / (LinkShare * Card.LinkBytesPerSecond!.Value);

    /// <summary>One step on this many cards.</summary>
    /// <param name="twoLevels">Whether the switch goes over one card of each node.</param>
    public StepResult Step(int cards, bool twoLevels = false)
    {
        if (!_steps.TryGetValue((cards, twoLevels), out StepResult? step))
            _steps.Add((cards, twoLevels), step = StepSimulation.Run(
                new GangWork(GangPlan.For(Units, cards), Model.Transformer, _transformer, Rate, _element, _rowsAtOnce), Card, LinkShare, twoLevels));
        return step;
    }

    /// <summary>Time of one card over cards · time.</summary>
    public double Efficiency(int cards) => Step(1).Seconds / (cards * Step(cards).Seconds);

    /// <summary>Events of all steps that were simulated.</summary>
    public long Events => _steps.Values.Sum(step => step.Events);
}
