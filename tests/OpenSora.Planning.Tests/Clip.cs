using OpenSora.Contracts.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Tests;

/// <summary>Clips and jobs by the words of the command line.</summary>
internal static class Clip
{
    public static CardType H100 { get; } = CardTypes.Named("h100-80g", CardTypes.Known(null));

    public static ClipGeometry Of(string resolution, string frames) =>
        new(Resolutions.Of(resolution, "9:16", FrameTable.OpenSora), FrameCounts.Of(frames));

    public static UnitPlan Units(ClipGeometry clip) => UnitPlan.For(clip.Grid.Frames, clip.Grid.PerFrame, H100.Units);

    /// <summary>On H100 cards at a sixth of their peak and seven tenths of their links.</summary>
    public static Job Job(string resolution, string frames, CardType? card = null, int steps = 30) => new(
        ModelShape.Full, Of(resolution, frames), new AutoencoderUnits(), card ?? H100, "bf16", steps, 100, 0.15, 0.7);
}
