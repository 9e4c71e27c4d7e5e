using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>The torch of this process: how many threads it uses, and what it is.</summary>
public static partial class TorchRuntime
{
    /// <summary>
    /// Makes every operation of this thread use exactly <paramref name="threads"/> threads, in torch and in its BLAS. To be
    /// called before anything else touches torch, and again first on every further thread that computes: OpenMP counts
    /// threads for each thread on its own. Last bits depend on this number. At the first call the BLAS is told of this processor
    /// where it does not know it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static void Initialize(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        // Libraries read these once, when they are loaded, and only from the native environment.
        foreach (string variable in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"])
            _ = setenv(variable, threads.ToString(System.Globalization.CultureInfo.InvariantCulture), 1);
        // Waiting threads of OpenMP spin and keep those of the BLAS from their cores: with as many threads as cores, a
        // generation took 15 times as long. A user's own choice stays.
        _ = setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
        if (Blas.ChooseCore() is { } core)
            _ = setenv(core.Variable, core.Value, 1);
        set_num_threads(threads);
        Blas.SetThreads(threads);
    }

    /// <summary>The threads that an operation called from this thread uses.</summary>
    public static int Threads => get_num_threads();

    /// <summary>The threads of the BLAS where it has a number of its own, else <see cref="Threads"/>.</summary>
    public static int BlasThreads => Blas.Threads() ?? Threads;

    /// <summary>Which library multiplies matrices, whether it is slow, and what to do then.</summary>
    public static BlasReport CheckBlas()
    {
        _ = Threads; // loads torch, and with it its BLAS
        return Blas.Check(BuildDescription);
    }

    /// <summary>One line for logs and reports, e.g. <c>torch 1.13.0, AVX2, OpenBLAS, 4 threads</c>.</summary>
    public static string Describe()
    {
        const string Label = "CPU capability usage: ";
        string? capability = BuildDescription.Split('\n').FirstOrDefault(line => line.Contains(Label, StringComparison.Ordinal));
        string instructions = capability is null ? "" : $", {capability[(capability.IndexOf(Label, StringComparison.Ordinal) + Label.Length)..].Trim()}";
        return $"torch {Version}{instructions}, {CheckBlas().Name}, {Threads} {(Threads == 1 ? "thread" : "threads")}";
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
