using OpenSora.Layout.Models;

namespace OpenSora.Layout.Units;

/// <summary>How many threads of a processor the units of a clip are worth.</summary>
public static class UnitThreads
{
    /// <summary>
    /// Operations of a unit's largest product from which more threads pay. Below, waking them costs more than they take over: with the demo
    /// model two threads take 1.2 to 1.5 times as long as one.
    /// </summary>
    private const long WorthSharing = 1L << 28;

    /// <summary>The threads to compute with. The number follows from clip and network, and is the same on every card.</summary>
    /// <param name="given">The threads of the card.</param>
    public static int For(UnitPlan plan, STDiT3Config config, int given)
    {
        long rows = Math.Max(plan.FramesPerUnit * plan.Positions, plan.PositionsPerUnit * plan.Frames);
        return 2 * rows * config.HiddenSize * 4 * config.HiddenSize < WorthSharing ? 1 : given; // the MLP's is the largest
    }
}
