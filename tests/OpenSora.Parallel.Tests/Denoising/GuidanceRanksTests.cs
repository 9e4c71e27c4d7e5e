using System.Text;
using OpenSora.Contracts.Cards;
using OpenSora.Inference;
using OpenSora.Inference.Stages;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Denoising;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Denoising;

/// <summary>Any number of ranks gives the bytes of one, on the golden checkpoint's transformer.</summary>
public class GuidanceRanksTests
{
    private static readonly Precision s_half = new(ScalarType.BFloat16, ScalarType.Float32);

    /// <summary>Both sides of the latent odd; units of some 19 rows, the last ones shorter.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void One_to_four_ranks_and_more_give_the_same_bytes(bool bf16, bool edited)
    {
        using SmallModel small = new(5, 5, 9, 19, bf16 ? s_half : Precision.Float32, edited);
        byte[][][] alone = small.Alone();
        foreach (int ranks in new[] { 1, 2, 3, 4, 5, 10 })
            Check(small, ranks, alone);
    }

    [Fact]
    public void Half_precision_that_is_computed_in_gives_the_same_bytes_too()
    {
        using SmallModel small = new(4, 4, 6, 8, new Precision(ScalarType.BFloat16, ScalarType.BFloat16), true);
        byte[][][] alone = small.Alone();
        foreach (int ranks in new[] { 1, 2, 3, 4 })
            Check(small, ranks, alone);
    }

    /// <summary>Three frames to a unit, so two units of frames for up to five seats: some ranks hold positions only.</summary>
    [Fact]
    public void Ranks_without_frames_take_part()
    {
        using SmallModel small = new(5, 6, 10, 40, Precision.Float32, true);
        Assert.Equal(2, small.Clip.Plan.Count(TokenLayout.Frames));
        byte[][][] alone = small.Alone();
        foreach (int ranks in new[] { 6, 7, 10 })
            Check(small, ranks, alone);
    }

    /// <summary>240p and 51 frames in an accelerator's units: three of five frames, and three of 135 positions.</summary>
    [Fact]
    public void Units_of_an_accelerator_give_the_same_bytes_on_one_to_four_ranks()
    {
        using SmallModel small = new(15, 30, 53, UnitSize.Accelerator.RowsFor(15 * 405), s_half, edited: false, rowsAtOnce: UnitSize.Accelerator.RowsAtOnce);
        Assert.Equal((3L, 3L), (small.Clip.Plan.Count(TokenLayout.Frames), small.Clip.Plan.Count(TokenLayout.Positions)));
        byte[][][] alone = small.Alone();
        foreach (int ranks in new[] { 1, 2, 3, 4 })
            Check(small, ranks, alone);
    }

    /// <summary>Whether or not a call of several units gives the bytes of single ones for their shapes, which ranks do not share.</summary>
    [Fact]
    public void Ranks_that_compute_several_units_a_call_give_the_bytes_of_a_rank_that_does_not()
    {
        using SmallModel single = new(5, 5, 9, 19, Precision.Float32, true), together = new(5, 5, 9, 19, Precision.Float32, true, rowsAtOnce: 60);
        byte[][][] alone = single.Alone();
        foreach (int ranks in new[] { 1, 2, 3, 4 })
            Check(together, ranks, alone);
    }

    [Fact]
    public void An_image_is_shared_by_its_halves()
    {
        using SmallModel small = new(1, 7, 11, 256, Precision.Float32, false);
        byte[][][] alone = small.Alone();
        foreach (int ranks in new[] { 1, 2 })
            Check(small, ranks, alone);
    }

    [Fact]
    public void Another_gang_goes_on_from_any_step()
    {
        using SmallModel small = new(5, 5, 9, 19, Precision.Float32, true);
        byte[][][] alone = small.Alone();
        for (int first = 0; first < SmallModel.Steps; first++)
        {
            Tensor[] latents = small.Start();
            if (first > 0)
                foreach ((Tensor latent, byte[] state) in latents.Zip(alone[first - 1]))
                    latent.bytes = state;
            Check(small, 1 + first, alone, latents, first);
        }
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    [InlineData("tls")]
    public void Ranks_that_meet_over_sockets_give_the_same_bytes(string transport)
    {
        using SmallModel small = new(5, 5, 9, 19, Precision.Float32, false);
        byte[][][] alone = small.Alone();
        byte[] token = Encoding.UTF8.GetBytes("shared");
        const int Ranks = 4;
        LinkOptions options = Gang.Options with { Joining = TimeSpan.FromSeconds(30) };
        if (transport == "tls")
        {
            TestAuthority authority = new(Directory.CreateTempSubdirectory("opensora-tls").FullName);
            (string certificate, string key) = authority.Sign("card");
            options = options with { Tls = new ClusterTls(certificate, key, authority.CertificateFile) };
        }
        LinkListener[] listeners = [.. Enumerable.Range(0, Ranks).Select(rank => new LinkListener(
            LinkAddress.Parse(transport == "unix" ? $"unix:{Path.GetTempPath()}/{Guid.NewGuid():n}" : "tcp:127.0.0.1:0"), token, options))];
        var ends = Gang.RunAll(Gang.Join(listeners, token, options), mesh => Denoise(small, mesh, small.Share()));
        Assert.All(ends, end => Assert.Null(end.Failure));
        GangPlan plan = GangPlan.For(small.Clip.Plan, Ranks);
        for (int rank = 0; rank < Ranks; rank++)
            HandsInTheStatesOfOneRank(plan, rank, alone, ends[rank].Result!.States);
        foreach (LinkListener listener in listeners)
            listener.Dispose();
    }

    /// <summary>Of three ranks, rank 1 works for both halves in turns.</summary>
    [Theory]
    [InlineData(4, 2)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(2, 1)]
    public void A_rank_that_is_told_to_stop_tells_the_others(int ranks, int stopped)
    {
        using SmallModel small = new(5, 5, 9, 19, Precision.Float32, false);
        using CancellationTokenSource cancel = new();
        var ends = Gang.RunAll(Mesh.InProcess(Gang.Name, ranks, Gang.Options), mesh => DenoiseStage.Run(
            small.Model, small.Clip, small.Share(), new GuidanceRanks(GangPlan.For(small.Clip.Plan, ranks), mesh, new RankCounters()), step =>
            {
                if (mesh.Rank == stopped && step.Done == 2)
                    cancel.Cancel();
            }, mesh.Rank == stopped ? cancel.Token : default).Count);
        Assert.IsType<OperationCanceledException>(ends[stopped].Failure);
        AllOthersBlame(ends, stopped);
    }

    /// <summary>In either half, at the second step: one of a rank's two streams fails while the other waits for peers.</summary>
    [Theory]
    [InlineData(GuidanceHalf.Conditional)]
    [InlineData(GuidanceHalf.Unconditional)]
    public void A_rank_that_fails_in_one_of_two_halves_tells_the_others(GuidanceHalf failing)
    {
        using SmallModel small = new(5, 5, 9, 19, Precision.Float32, false);
        const int Shared = 1;
        var ends = Gang.RunAll(Mesh.InProcess(Gang.Name, 3, Gang.Options), mesh =>
        {
            int asked = 0;
            DenoiseShare share = small.Share();
            DenoiseShare own = share with
            {
                Prompt = (sample, half) => mesh.Rank == Shared && half == failing && ++asked == 3
                    ? throw new InvalidOperationException("a failing kernel")
                    : share.Prompt(sample, half),
            };
            return DenoiseStage.Run(
                small.Model, small.Clip, own, new GuidanceRanks(GangPlan.For(small.Clip.Plan, 3), mesh, new RankCounters()), null, default).Count;
        });
        Assert.Equal("a failing kernel", Assert.IsType<InvalidOperationException>(ends[Shared].Failure).Message);
        AllOthersBlame(ends, Shared);
    }

    private static void AllOthersBlame((int, Exception? Failure)[] ends, int culprit)
    {
        for (int rank = 0; rank < ends.Length; rank++)
            if (rank != culprit)
            {
                PeerException e = Assert.IsType<PeerException>(ends[rank].Failure);
                Assert.Equal((culprit, PeerFault.Failed), (e.Rank, e.Cause));
            }
    }

    private static void Check(SmallModel small, int ranks, byte[][][] alone, Tensor[]? latents = null, int first = 0)
    {
        GangPlan plan = GangPlan.For(small.Clip.Plan, ranks);
        Traffic traffic = Traffic.Of(plan, small.Model.Config, small.ElementSize);
        Outcome[] outcomes = Gang.Run(ranks, mesh => Denoise(small, mesh, small.Share(latents, first)));
        int forwards = alone[0].Length * (SmallModel.Steps - first);
        for (int rank = 0; rank < ranks; rank++)
        {
            RankCounts counts = outcomes[rank].Counts;
            Assert.Equal(traffic.TokenBytes(rank) * forwards, counts.TokenBytesSent);
            Assert.Equal(traffic.VelocityBytesSent(rank) * forwards, counts.VelocityBytesSent);
            Assert.Equal(counts.VelocityBytesSent, counts.VelocityBytesReceived);
            Assert.Equal(traffic.Switches(rank) * forwards, counts.Switches);
            Assert.Equal(traffic.UnitsComputed(rank) * forwards, counts.Units);
            Assert.Equal(traffic.TokensComputed(rank) * forwards, counts.Tokens);
            HandsInTheStatesOfOneRank(plan, rank, alone[first..], outcomes[rank].States);
        }
        Assert.Equal(outcomes.Sum(outcome => outcome.Counts.TokenBytesSent), outcomes.Sum(outcome => outcome.Counts.TokenBytesReceived));
    }

    private static void HandsInTheStatesOfOneRank(GangPlan plan, int rank, byte[][][] alone, List<byte[][]> states)
    {
        Run frames = plan.SeatOf(rank).Frames;
        Assert.Equal(alone.Length, states.Count);
        for (int step = 0; step < states.Count; step++)
            for (int sample = 0; sample < alone[step].Length; sample++)
            {
                int frame = alone[step][sample].Length / (int)plan.Units.Frames;
                Assert.Equal(alone[step][sample].AsSpan((int)frames.First * frame, (int)frames.Count * frame).ToArray(), states[step][sample]);
            }
    }

    private sealed record Outcome(List<byte[][]> States, RankCounts Counts);

    private static Outcome Denoise(SmallModel small, Mesh mesh, DenoiseShare share)
    {
        using DisposeScope scope = NewDisposeScope();
        GangPlan plan = GangPlan.For(small.Clip.Plan, mesh.Ranks);
        RankCounters counters = new();
        List<byte[][]> states = [];
        DenoiseStage.Run(
            small.Model, small.Clip, share, new GuidanceRanks(plan, mesh, counters), step => states.Add([.. step.State.Select(sample => Gang.Bytes(sample.Values))]), default);
        return new Outcome(states, counters.Now);
    }
}
