using System.Net;
using System.Runtime.ExceptionServices;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests;

/// <summary>Runs the ranks of a gang, each on a thread of its own. A gang that hangs fails the test.</summary>
internal static class Gang
{
    /// <summary>Far above every deadline of the links: what takes longer is a hang.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(3);

    static Gang() => TorchEnvironment.Initialize(1);

    public static GangName Name { get; } = new("job", 3);

    /// <summary>For gangs in which nothing goes wrong, however busy the machine is.</summary>
    public static LinkOptions Options { get; } = new()
    {
        Heartbeat = TimeSpan.FromMilliseconds(100),
        Silence = TimeSpan.FromSeconds(15),
        Patience = TimeSpan.FromSeconds(30),
    };

    /// <summary>For gangs in which something does.</summary>
    public static LinkOptions Strict { get; } = Options with { Silence = TimeSpan.FromSeconds(3), Patience = TimeSpan.FromSeconds(20) };

    /// <summary>What each rank returns. The first failure is thrown.</summary>
    public static T[] Run<T>(int ranks, Func<Mesh, T> work)
    {
        IReadOnlyList<Mesh> meshes = Mesh.InProcess(Name, ranks, Options);
        (T? Result, Exception? Failure)[] ends = RunAll(meshes, work);
        if (ends.FirstOrDefault(end => end.Failure is not null).Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
        return [.. ends.Select(end => end.Result!)];
    }

    /// <summary>What each rank returns or throws.</summary>
    public static (T? Result, Exception? Failure)[] RunAll<T>(IReadOnlyList<Mesh> meshes, Func<Mesh, T> work)
    {
        (T? Result, Exception? Failure)[] ends = new (T?, Exception?)[meshes.Count];
        Thread[] threads = [.. meshes.Select((mesh, rank) => new Thread(() =>
        {
            try
            {
                set_num_threads(1);
                using IDisposable inference = no_grad();
                ends[rank].Result = work(mesh);
            }
            catch (Exception e)
            {
                ends[rank].Failure = e;
            }
        })
        { IsBackground = true })];
        foreach (Thread thread in threads)
            thread.Start();
        for (int rank = 0; rank < threads.Length; rank++)
            Assert.True(threads[rank].Join(Hang), $"rank {rank} hangs");
        foreach (Mesh mesh in meshes)
            mesh.Dispose();
        return ends;
    }

    /// <summary>Meshes of ranks that meet over sockets.</summary>
    public static IReadOnlyList<Mesh> Join(IReadOnlyList<LinkListener> listeners, byte[] token, LinkOptions options)
    {
        EndPoint[] addresses = [.. listeners.Select(listener => listener.Address)];
        Mesh[] meshes = new Mesh[listeners.Count];
        Thread[] threads = [.. listeners.Select((listener, rank) => new Thread(
            () => meshes[rank] = Mesh.Join(Name, rank, addresses, listener, token, options, default)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return meshes;
    }

    public static Tensor Noise(long seed, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        return randn(shape, dtype: ScalarType.Float32, generator: generator);
    }

    /// <summary>The bytes of a tensor, outside of all scopes.</summary>
    public static byte[] Bytes(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.contiguous().cpu().bytes.ToArray();
    }
}
