using System.Diagnostics;
using OpenSora.Contracts;
using OpenSora.Contracts.Profiling;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Profiling;

/// <summary>
/// Times one network. After each run the matrix products of the same shapes are timed alone: other work on the machine
/// slows both, so their ratio means something where seconds do not.
/// </summary>
public static class Profile
{
    /// <summary>Runs on this thread, whose torch is set up already.</summary>
    /// <exception cref="InputException">A size is out of range, or the processor lacks the kernels asked for.</exception>
    public static ProfileReport Run(ProfileRequest request, CancellationToken cancel)
    {
        Check(request);
        if (!FusedKernels.Choose(request.Kernels))
            throw new InputException($"--kernels {request.Kernels}: this processor lacks them; give best");

        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        IProfiled network = request.Part switch
        {
            ProfiledPart.Forward => new ProfiledForward(request),
            ProfiledPart.Vae => new ProfiledDecoder(request),
            _ => new ProfiledText(request),
        };
        network.Run();
        List<Times> runs = [], products = [];
        for (int i = 0; i < request.Repeat; i++)
        {
            cancel.ThrowIfCancellationRequested();
            runs.Add(Times.Of(network.Run));
            products.Add(PlainProducts.Time(network.Products));
        }

        bool compared = network.Products.Count > 0;
        double gemm = Median(products.Select(time => time.Cpu));
        ProfileReport report = new(
            request.Part,
            Median(runs.Select(time => time.Wall)),
            Median(runs.Select(time => time.Cpu)),
            compared ? gemm : null,
            compared ? network.Products.Sum(product => product.Operations) / gemm / 1e9 : null,
            compared ? Median(runs.Zip(products, (run, product) => run.Cpu / product.Cpu)) : null,
            MemoryUse.PeakResidentBytes,
            FusedKernels.Chosen,
            TorchEnvironment.Describe(),
            request.Operations
                ? [.. OperationTimes.Of(network.Run).Select(time => new ProfiledOperation(time.Name, time.Calls, time.Seconds))]
                : null);
        GC.KeepAlive(network); // its weights are in no dispose scope
        return report;
    }

    private static void Check(ProfileRequest request)
    {
        foreach ((string flag, int value) in new[]
        {
            ("--depth", request.Depth), ("--hidden", request.Hidden), ("--heads", request.Heads), ("--frames", request.Frames),
            ("--latent-size", Math.Min(request.LatentHeight, request.LatentWidth)), ("--tokens", request.Tokens),
            ("--threads", request.Threads), ("--repeat", request.Repeat),
        })
            if (value < 1)
                throw new InputException($"{flag} {value} is too small: give at least 1");
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>A network and an input to time it on.</summary>
internal interface IProfiled
{
    /// <summary>The matrix products of a run: those with weights, which are nearly all of its arithmetic; empty where there are none.</summary>
    IReadOnlyList<Product> Products { get; }

    /// <summary>One run; its result is dropped.</summary>
    void Run();
}

/// <summary>Products of a [rows, inner] input with a [columns, inner] weight.</summary>
/// <param name="Count">How many of them.</param>
internal sealed record Product(long Count, long Rows, long Columns, long Inner)
{
    /// <summary>Multiplications and additions of all of them.</summary>
    public double Operations => 2.0 * Count * Rows * Columns * Inner;
}

/// <summary>Seconds that something took, of the wall clock and of this process's processor time.</summary>
internal readonly record struct Times(double Wall, double Cpu)
{
    public static Times Of(Action work)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        work();
        return new Times(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    public static Times operator +(Times a, Times b) => new(a.Wall + b.Wall, a.Cpu + b.Cpu);

    public static Times operator *(Times a, double n) => new(a.Wall * n, a.Cpu * n);
}
