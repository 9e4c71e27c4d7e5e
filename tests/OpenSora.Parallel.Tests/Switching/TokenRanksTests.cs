using FsCheck;
using FsCheck.Fluent;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Gangs;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Switching;

public class TokenRanksTests
{
    private const long Channels = 3;

    /// <summary>Any clip, any unit, any number of ranks, and what every rank holds after each of two switches.</summary>
    [Fact]
    public void There_and_back_is_the_identity()
    {
        var sizes = from frames in Gen.Choose(1, 12)
                    from positions in Gen.Choose(1, 30)
                    from rows in Gen.Choose(1, 40)
                    from ranks in Gen.Choose(1, Math.Min(7, 2 * frames))
                    from half in Gen.Elements(ScalarType.Float32, ScalarType.BFloat16)
                    select (Frames: frames, Positions: positions, Rows: rows, Ranks: ranks, Type: half);
        Prop.ForAll(sizes.ToArbitrary(), size => ThereAndBack(UnitPlan.For(size.Frames, size.Positions, size.Rows), size.Ranks, size.Type))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Only_what_has_to_move_is_sent()
    {
        UnitPlan units = UnitPlan.For(7, 11, 5);
        GangPlan plan = GangPlan.For(units, 5);
        RankCounts[] counts = Gang.Run(5, mesh =>
        {
            using DisposeScope scope = NewDisposeScope();
            RankCounters counters = new();
            foreach (GuidanceHalf half in plan.HalvesOf(mesh.Rank).Take(1))
                There(plan, mesh, half, Gang.Noise(1, 7, 11, Channels), counters);
            return counters.Now;
        });
        for (int rank = 0; rank < 3; rank++)
        {
            Seat seat = plan.Seats[rank];
            Assert.Equal(4 * Channels * seat.Frames.Count * (11 - seat.Positions.Count), counts[rank].TokenBytesSent);
            Assert.Equal(4 * Channels * seat.Positions.Count * (7 - seat.Frames.Count), counts[rank].TokenBytesReceived);
            Assert.Equal((1, seat.Frames.Count * 11), (counts[rank].Switches, counts[rank].Tokens));
            Assert.InRange(counts[rank].Overlap, 0, 1);
        }
    }

    [Fact]
    public void A_missing_unit_and_one_out_of_order_are_noticed() => Gang.Run(1, mesh =>
    {
        using DisposeScope scope = NewDisposeScope();
        UnitPlan units = UnitPlan.For(4, 5, 5);
        using ComputeTurn turn = new();
        TokenRanks ranks = new(GangPlan.For(units, 1), mesh, GuidanceHalf.Conditional, 0, 0, new RankCounters(), turn);
        Tokens tokens = new(Gang.Noise(1, 4, 5, Channels), TokenLayout.Frames, 0);
        using ITokenSwitch exchange = ranks.Begin(units, TokenLayout.Frames, Channels, ScalarType.Float32, CPU);
        exchange.Add(tokens.Slice(new Run(0, 1)));
        Assert.Throws<InvalidOperationException>(() => exchange.Add(tokens.Slice(new Run(2, 1))));
        Assert.Throws<InvalidOperationException>(exchange.Finish);
        Assert.Throws<ArgumentException>(() => ranks.Held(UnitPlan.For(4, 6, 5), TokenLayout.Frames));
        return 0;
    });

    private static bool ThereAndBack(UnitPlan units, int ranks, ScalarType type)
    {
        GangPlan plan = GangPlan.For(units, ranks);
        using DisposeScope outer = NewDisposeScope();
        Tensor whole = Gang.Noise(3, units.Frames, units.Positions, Channels).to(type);
        return Gang.Run(ranks, mesh =>
        {
            using DisposeScope scope = NewDisposeScope();
            Seat seat = plan.SeatOf(mesh.Rank);
            // One half each: a rank of both would have to do them in turns.
            GuidanceHalf half = plan.HalvesOf(mesh.Rank)[0];
            if (half == GuidanceHalf.Unconditional && plan.Ranks % 2 == 1)
                return true; // its half's last seat is not there
            using ComputeTurn turn = new();
            turn.Take();
            TokenRanks forward = new(plan, mesh, half, 0, 0, new RankCounters(), turn);
            Tokens own = new(whole.narrow(0, seat.Frames.First, seat.Frames.Count), TokenLayout.Frames, seat.Frames.First);
            Tokens there = Switch(forward, units, own, type);
            Tensor expected = whole.transpose(0, 1).narrow(0, seat.Positions.First, seat.Positions.Count);
            Tokens back = Switch(forward, units, there, type);
            return there.Layout == TokenLayout.Positions && Gang.Bytes(expected).SequenceEqual(Gang.Bytes(there.Values))
                && back.Run.Count == own.Run.Count && Gang.Bytes(own.Values).SequenceEqual(Gang.Bytes(back.Values));
        }).All(same => same);
    }

    private static void There(GangPlan plan, Mesh mesh, GuidanceHalf half, Tensor whole, RankCounters counters)
    {
        if (half == GuidanceHalf.Unconditional)
            return;
        using ComputeTurn turn = new();
        turn.Take();
        Seat seat = plan.SeatOf(mesh.Rank);
        Switch(new TokenRanks(plan, mesh, half, 0, 0, counters, turn), plan.Units,
            new Tokens(whole.narrow(0, seat.Frames.First, seat.Frames.Count), TokenLayout.Frames, seat.Frames.First), ScalarType.Float32);
    }

    private static Tokens Switch(TokenRanks ranks, UnitPlan units, Tokens tokens, ScalarType type)
    {
        using ITokenSwitch exchange = ranks.Begin(units, tokens.Layout, Channels, type, CPU);
        foreach (Run unit in units.Units(tokens.Layout, tokens.Run))
            exchange.Add(tokens.Slice(unit));
        return exchange.Finish();
    }
}
