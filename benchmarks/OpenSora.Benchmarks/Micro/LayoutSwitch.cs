using BenchmarkDotNet.Attributes;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>
/// From frames to positions on four ranks in one process, two for each half of guidance, with XL/2's channels: cutting,
/// checksums, links and placing, against copying the same bytes once.
/// </summary>
public class LayoutSwitch
{
    private const int Ranks = 4;
    private const long Frames = 15, Positions = 405, Channels = 1152;
    private readonly UnitPlan _units = UnitPlan.For(Frames, Positions, UnitSize.Processor);
    private IReadOnlyList<Mesh> _meshes = [];
    private GangPlan _plan = null!;
    private Tensor[] _own = [], _copies = [];
    private int _step;

    [GlobalSetup]
    public void SetUp()
    {
        TorchEnvironment.Initialize(1);
        _plan = GangPlan.For(_units, Ranks);
        _meshes = Mesh.InProcess(new GangName("benchmark", 1), Ranks, new LinkOptions());
        _own = [.. Enumerable.Range(0, Ranks).Select(rank => randn(_plan.SeatOf(rank).Frames.Count, Positions, Channels))];
        _copies = [.. _own.Select(tensor => empty_like(tensor))];
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (Mesh mesh in _meshes)
            mesh.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Copy() => OnAllRanks(rank =>
    {
        using IDisposable inference = no_grad();
        _copies[rank].copy_(_own[rank]);
    });

    [Benchmark]
    public void Switch()
    {
        int step = _step++;
        OnAllRanks(rank =>
        {
            using IDisposable inference = no_grad();
            using DisposeScope scope = NewDisposeScope();
            using ComputeTurn turn = new();
            turn.Take();
            TokenRanks ranks = new(_plan, _meshes[rank], _plan.HalvesOf(rank)[0], step, 0, new RankCounters(), turn);
            Tokens tokens = new(_own[rank], TokenLayout.Frames, _plan.SeatOf(rank).Frames.First);
            using ITokenSwitch exchange = ranks.Begin(_units, TokenLayout.Frames, Channels, ScalarType.Float32, CPU);
            foreach (Run unit in _units.Units(TokenLayout.Frames, tokens.Run))
                exchange.Add(tokens.Slice(unit));
            exchange.Finish();
        });
    }

    private static void OnAllRanks(Action<int> work)
    {
        Thread[] threads = [.. Enumerable.Range(0, Ranks).Select(rank => new Thread(() => work(rank)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
    }
}
