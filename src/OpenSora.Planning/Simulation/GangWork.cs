using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Simulation;

/// <summary>What the ranks of a gang do in a step, in words of time and bytes.</summary>
/// <param name="Plan">Who computes what: the same object that the real ranks work by.</param>
/// <param name="Config">The network.</param>
/// <param name="Work">Its effort.</param>
/// <param name="Rate">Of each card.</param>
/// <param name="ElementSize">Bytes of a number between blocks.</param>
/// <param name="RowsAtOnce">The most rows of a call that computes several units; 0 for one unit a call.</param>
public sealed record GangWork(GangPlan Plan, STDiT3Config Config, TransformerWork Work, ComputeRate Rate, int ElementSize, long RowsAtOnce = 0)
{
    /// <summary>Blocks of a forward, spatial and temporal in turns.</summary>
    public int Blocks => 2 * Config.Depth;

    /// <summary>The layout that a block works in.</summary>
    public static TokenLayout LayoutOf(int block) => block % 2 == 0 ? TokenLayout.Frames : TokenLayout.Positions;

    /// <summary>A run of units of a block, with the share of the embedding or of the final layer at the ends of the network.</summary>
    public double Seconds(int block, Run run)
    {
        TokenLayout layout = LayoutOf(block);
        Effort effort = Work.Run(Plan.Units, layout, run, RowsAtOnce);
        if (block == 0 || block == Blocks - 1)
            effort += 0.5 * Work.Ends(run.Count * (layout == TokenLayout.Frames ? Plan.Units.Positions : Plan.Units.Frames));
        return Rate.Seconds(effort);
    }

    /// <summary>Bytes of the part of a run that another seat wants after a block.</summary>
    public long Bytes(int block, Run run, Run wanted) =>
        run.Count * wanted.Count * (block == Blocks - 1 ? Config.PatchChannels : Config.HiddenSize) * ElementSize;

    /// <summary>Bytes of a seat's velocities, in float32.</summary>
    public long VelocityBytes(Seat seat) => seat.Frames.Count * Plan.Units.Positions * Config.PatchChannels * sizeof(float);

    /// <summary>A seat's units of a layout in at most <paramref name="most"/> runs of whole calls.</summary>
    public IReadOnlyList<Run> Groups(Seat seat, TokenLayout layout, int most)
    {
        long rows = Plan.Units.PerUnit(layout) * Plan.Units.Whole(layout.Other()).Count;
        Run[] units = [.. Plan.Units.Groups(layout, seat.Held(layout), Math.Max(1, RowsAtOnce / rows))];
        int groups = Math.Min(most, units.Length);
        Run[] result = new Run[groups];
        for (int g = 0; g < groups; g++)
        {
            Run first = units[g * units.Length / groups], last = units[(g + 1) * units.Length / groups - 1];
            result[g] = new Run(first.First, last.End - first.First);
        }
        return result;
    }
}
