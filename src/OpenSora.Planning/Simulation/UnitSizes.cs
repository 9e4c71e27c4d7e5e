using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Memory;
using OpenSora.Planning.Plans;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Simulation;

/// <summary>One clip in units of several sizes: what small ones cost in launches, and large ones in balance and memory.</summary>
internal static class UnitSizes
{
    private static readonly long[] s_rows = [512, 1024, 2048, 4096, 8192, 16384];
    private static readonly int[] s_cards = [1, 2, 4, 8, 16, 32, 64, 72];

    public static UnitSizesReport Of(SimulationRequest request, CardType card, ref long events, CancellationToken cancel)
    {
        ClipGeometry clip = ClipGeometry.Of(request.Generation);
        string compute = card.ComputeType(request.Generation.Dtype);
        int most = Math.Min(GangPlan.MostRanks(clip.Grid.Frames), request.ClusterCards);
        long chosen = card.Units.RowsFor(clip.Grid.Tokens);
        List<(long Rows, UnitPlan Units, Job? Job)> sizes = [];
        foreach (long rows in s_rows.Append(chosen).Distinct().Order())
            sizes.Add((
                rows, UnitPlan.For(clip.Grid.Frames, clip.Grid.PerFrame, rows),
                card.SpeedIsKnown(compute) ? Simulator.JobOf(request, request.Generation, card, rows) : null));
        double? best = sizes.Min(size => size.Job?.Step(1).Seconds);

        List<UnitSizeRow> table = [];
        foreach ((long rows, UnitPlan units, Job? job) in sizes)
        {
            List<UnitSizePoint> points = [];
            foreach (int cards in s_cards.Where(cards => cards <= most))
            {
                cancel.ThrowIfCancellationRequested();
                GangPlan gang = GangPlan.For(units, cards);
                double? seconds = job is not null && Planner.CanLink(card, cards) ? job.Step(cards).Seconds : null;
                points.Add(new UnitSizePoint(cards, Balance(gang), seconds, best / (cards * seconds)));
            }
            table.Add(new UnitSizeRow(rows, rows == chosen, units.FramesPerUnit, units.PositionsPerUnit, Temporaries(request, clip, card, units), points));
            events += job?.Events ?? 0;
        }
        return new UnitSizesReport(card.Name, $"{clip.Nominal}, {clip.Frames} frames", table);
    }

    /// <summary>Both halves and both layouts: a step has as many spatial blocks as temporal ones.</summary>
    private static double Balance(GangPlan gang)
    {
        double Of(int rank, TokenLayout layout) =>
            (double)gang.HalvesOf(rank).Count * gang.SeatOf(rank).Held(layout).Count / gang.Units.Whole(layout).Count;
        double slowest = Enum.GetValues<TokenLayout>().Sum(layout => Enumerable.Range(0, gang.Ranks).Max(rank => Of(rank, layout)));
        return 4.0 / (gang.Ranks * slowest);
    }

    private static long Temporaries(SimulationRequest request, ClipGeometry clip, CardType card, UnitPlan units)
    {
        ModelShape model = ModelShape.Full;
        DecodeWork decode = new(model, clip, new AutoencoderUnits(), ElementSize.Of(card.ComputeType(request.Generation.Dtype)), card.IsProcessor);
        return new CardMemory(model, clip, GangPlan.For(units, 1), decode, card, request.Generation.Dtype, request.TextLength)
            .Parts(0).Single(part => part.Name == CardMemory.UnitPart).Bytes;
    }
}
