using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Gangs;

/// <summary>Whatever goes wrong with one rank of a gang that switches layouts all the time, every other rank is told who and why.</summary>
public class MeshFaultTests
{
    private const int Ranks = 4;
    private const int Culprit = 2;
    private static readonly UnitPlan s_units = UnitPlan.For(6, 10, 10);

    [Fact]
    public void A_rank_that_dies_in_the_middle_of_a_frame() =>
        AllBlame(PeerFault.Lost, streams => Each(streams, stream => stream.DieInside(() => Kill(streams))));

    [Fact]
    public void A_rank_that_dies_between_frames() => AllBlame(PeerFault.Lost, Kill);

    /// <summary>A wire that breaks between two ranks that are alive: who is to blame cannot be told, but all end.</summary>
    [Fact]
    public void A_connection_that_breaks()
    {
        IReadOnlyList<Mesh> meshes = Mesh.InProcess(Gang.Name, 3, Gang.Strict, (stream, from, to) =>
        {
            if ((from, to) == (0, 1))
                stream.Dispose();
            return stream;
        });
        var ends = Gang.RunAll(meshes, mesh => mesh.Receive(mesh.Rank == 2 ? 0 : 2, default, ScalarType.Float32, [1])!.numel());
        Assert.All(ends, end => Assert.True(Blame(end.Failure) is (0 or 1, PeerFault.Lost)));
    }

    [Fact]
    public void A_rank_that_is_frozen() => AllBlame(PeerFault.Slow, streams => Each(streams, stream => stream.Freeze()));

    [Fact]
    public void A_damaged_frame() => AllBlame(PeerFault.Corrupt, streams => Each(streams, stream => stream.Damage()));

    [Fact]
    public void A_rank_that_fails_itself() => AllBlame(PeerFault.Failed, _ => { }, mesh => mesh.Fail("out of memory"));

    /// <summary>What is dropped at the end must leave no gap: after it the other would blame this rank for what comes next.</summary>
    [Fact]
    public void A_rank_that_fails_while_it_sends_is_not_said_to_send_what_is_not_due()
    {
        for (int round = 0; round < 300; round++)
        {
            var ends = Gang.RunAll<int>(Mesh.InProcess(Gang.Name, 2, Gang.Strict), mesh =>
            {
                using Tensor body = zeros(1);
                if (mesh.Rank == 1)
                    ThreadPool.QueueUserWorkItem(_ => mesh.Fail("out of memory"));
                for (int i = 0; ; i++)
                {
                    FrameAddress due = new(FrameKind.Velocity, i, 0, default, 0, 0);
                    if (mesh.Rank == 1)
                        mesh.Send(0, due, body);
                    else
                        mesh.Receive(1, due, ScalarType.Float32, [1])!.Dispose();
                }
            });
            Assert.All(ends, end => Assert.Equal((1, PeerFault.Failed), Blame(end.Failure)));
        }
    }

    [Fact]
    public void A_frame_that_was_not_due() => AllBlame(PeerFault.Unexpected, _ => { }, mesh => SendTo(mesh, step: 99, size: 4));

    [Fact]
    public void A_frame_that_is_too_large() => AllBlame(PeerFault.Oversized, _ => { }, mesh => SendTo(mesh, step: 0, size: 100_000));

    [Fact]
    public void A_rank_that_leaves_early() => AllBlame(PeerFault.Lost, _ => { }, mesh => mesh.Dispose());

    [Fact]
    public void A_rank_that_works_in_another_epoch()
    {
        ILink?[][] links = [.. Enumerable.Range(0, 3).Select(_ => new ILink?[3])];
        GangName NameOf(int rank) => Gang.Name with { Epoch = rank == Culprit ? 2 : 3 };
        for (int a = 0; a < 3; a++)
            for (int b = a + 1; b < 3; b++)
            {
                (Stream one, Stream other) = MemoryPipe.Create();
                links[a][b] = new StreamLink(one, NameOf(a), b, Gang.Strict);
                links[b][a] = new StreamLink(other, NameOf(b), a, Gang.Strict);
            }
        Mesh[] meshes = [.. links.Select((own, rank) => new Mesh(NameOf(rank), rank, own, Gang.Strict))];
        var ends = Gang.RunAll(meshes, mesh => mesh.Receive(mesh.Rank == 0 ? 1 : 0, default, ScalarType.Float32, [1])!.numel());
        foreach (int rank in new[] { 0, 1 })
            Assert.Equal((Culprit, PeerFault.WrongEpoch), Blame(ends[rank].Failure));
        Assert.Equal(PeerFault.WrongEpoch, Blame(ends[Culprit].Failure).Item2);
    }

    [Fact]
    public void A_mesh_that_was_left_is_of_no_use() => Gang.Run(1, mesh =>
    {
        mesh.Dispose();
        return Assert.Throws<ObjectDisposedException>(() => { mesh.Receive(0, default, ScalarType.Float32, [1]); });
    });

    [Fact]
    public void A_rank_that_is_alive_and_does_nothing_exhausts_the_others_patience()
    {
        IReadOnlyList<Mesh> meshes = Mesh.InProcess(Gang.Name, 2, Gang.Strict with { Patience = TimeSpan.FromSeconds(2) });
        var ends = Gang.RunAll(meshes, mesh => mesh.Rank == 0
            ? mesh.Receive(1, default, ScalarType.Float32, [1])!.numel()
            : mesh.Over.WaitHandle.WaitOne(TimeSpan.FromSeconds(50)) ? throw mesh.Fault! : 0);
        Assert.All(ends, end => Assert.Equal((1, PeerFault.Slow), Blame(end.Failure)));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public void A_rank_that_vanishes_from_its_sockets(string transport)
    {
        byte[] token = Encoding.UTF8.GetBytes("shared");
        LinkListener[] listeners = [.. Enumerable.Range(0, 3).Select(rank => new LinkListener(
            LinkAddress.Parse(transport == "tcp" ? "tcp:127.0.0.1:0" : $"unix:{Path.GetTempPath()}/{Guid.NewGuid():n}"), token, Gang.Strict))];
        // The culprit speaks the handshake and then is gone, as a process that is killed.
        LinkOptions options = Gang.Strict with { Joining = TimeSpan.FromSeconds(30) };
        EndPoint[] addresses = [.. listeners.Select(listener => listener.Address)];
        Thread dies = new(() =>
        {
            for (int peer = 0; peer < 2; peer++)
                LinkConnector.Connect(addresses[peer], new LinkRequest(Gang.Name, 2, peer), token, options, default).Dispose();
        });
        dies.Start();
        Exception?[] failures = new Exception?[2];
        Thread[] ranks = [.. Enumerable.Range(0, 2).Select(rank => new Thread(() =>
        {
            using Mesh mesh = Mesh.Join(Gang.Name, rank, addresses, listeners[rank], token, options, default);
            failures[rank] = Record.Exception(() => { mesh.Receive(2, default, ScalarType.Float32, [1]); });
        }))];
        foreach (Thread thread in ranks)
            thread.Start();
        Assert.All(ranks, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60))));
        Assert.All(failures, failure => Assert.Equal((2, PeerFault.Lost), Blame(failure)));
        foreach (LinkListener listener in listeners)
            listener.Dispose();
    }

    /// <summary>Its listener has let the other in; the rank itself comes later than a silence may last.</summary>
    [Fact]
    public void A_rank_that_is_still_joining_is_not_blamed()
    {
        byte[] token = Encoding.UTF8.GetBytes("shared");
        LinkOptions options = Gang.Strict with { Joining = TimeSpan.FromSeconds(30) };
        using LinkListener first = new(LinkAddress.Parse("tcp:127.0.0.1:0"), token, options), second = new(LinkAddress.Parse("tcp:127.0.0.1:0"), token, options);
        EndPoint[] addresses = [first.Address, second.Address];
        using Mesh early = Mesh.Join(Gang.Name, 1, addresses, second, token, options, default);
        Assert.False(early.Over.WaitHandle.WaitOne(options.Silence + TimeSpan.FromSeconds(1.5)), early.Fault?.Message);
        using Mesh late = Mesh.Join(Gang.Name, 0, addresses, first, token, options, default);
        FrameAddress address = FrameAddress.Of(FrameKind.Sums);
        using Tensor sent = ones(3);
        late.Send(1, address, sent);
        using Tensor? received = early.Receive(0, address, ScalarType.Float32, [3]);
        Assert.Equal(Gang.Bytes(sent), Gang.Bytes(received!));
    }

    [Fact]
    public void Everything_that_was_sent_before_leaving_arrives()
    {
        long[] sums = Gang.Run(3, mesh =>
        {
            using DisposeScope scope = NewDisposeScope();
            FrameAddress Address(int i) => new(FrameKind.Velocity, i, 0, default, 0, 0);
            if (mesh.Rank > 0)
            {
                for (int i = 0; i < 50; i++)
                    mesh.Send(0, Address(i), full(1000, i, ScalarType.Float32));
                mesh.Dispose();
                return 0;
            }
            long sum = 0;
            for (int rank = 1; rank < 3; rank++)
                for (int i = 0; i < 50; i++)
                    sum += mesh.Receive(rank, Address(i), ScalarType.Float32, [1000])!.sum().ToInt64();
            return sum;
        });
        Assert.Equal(2 * 1000 * 49 * 50 / 2, sums[0]);
    }

    /// <summary>Lets the ranks switch for a while, breaks one, and looks at what the others say.</summary>
    private static void AllBlame(PeerFault cause, Action<IReadOnlyCollection<BadStream>> harm, Action<Mesh>? act = null)
    {
        ConcurrentBag<BadStream> streams = [];
        IReadOnlyList<Mesh> meshes = Mesh.InProcess(Gang.Name, Ranks, Gang.Strict with { MaxFrameBytes = 100_000 }, (stream, from, _) =>
        {
            if (from != Culprit)
                return stream;
            BadStream bad = new(stream);
            streams.Add(bad);
            return bad;
        });
        GangPlan plan = GangPlan.For(s_units, 2 * Ranks); // its first half: four seats, all of them conditional
        var ends = Gang.RunAll<int>(meshes, mesh =>
        {
            for (int i = 0; ; i++)
            {
                if (mesh.Rank == Culprit && i == 20)
                {
                    harm(streams);
                    act?.Invoke(mesh);
                }
                There(plan, mesh, i);
            }
        });
        for (int rank = 0; rank < Ranks; rank++)
            if (rank != Culprit)
                Assert.Equal((Culprit, cause), Blame(ends[rank].Failure));
        Assert.NotNull(ends[Culprit].Failure);
    }

    private static void There(GangPlan plan, Mesh mesh, int step)
    {
        using DisposeScope scope = NewDisposeScope();
        using ComputeTurn turn = new();
        turn.Take();
        TokenRanks ranks = new(plan, mesh, GuidanceHalf.Conditional, step, 0, new RankCounters(), turn);
        Run held = plan.SeatOf(mesh.Rank).Frames;
        using ITokenSwitch exchange = ranks.Begin(s_units, TokenLayout.Frames, 16, ScalarType.Float32, CPU);
        foreach (Run unit in s_units.Units(TokenLayout.Frames, held))
            exchange.Add(new Tokens(ones(unit.Count, 10, 16), TokenLayout.Frames, unit.First));
        exchange.Finish();
    }

    private static void SendTo(Mesh mesh, int step, long size)
    {
        for (int rank = 0; rank < Ranks; rank++)
            if (rank != Culprit)
            {
                using Tensor body = zeros(size);
                mesh.Send(rank, new FrameAddress(FrameKind.Tokens, step, 0, default, 0, 0), body);
            }
    }

    /// <summary>As a process that is killed: nothing more gets out of it, then its connections close.</summary>
    private static void Kill(IReadOnlyCollection<BadStream> streams)
    {
        Each(streams, stream => stream.Cut());
        Each(streams, stream => stream.Dispose());
    }

    private static void Each(IReadOnlyCollection<BadStream> streams, Action<BadStream> harm)
    {
        foreach (BadStream stream in streams)
            harm(stream);
    }

    private static (int, PeerFault) Blame(Exception? failure)
    {
        PeerException e = Assert.IsType<PeerException>(failure);
        return (e.Rank, e.Cause);
    }
}
