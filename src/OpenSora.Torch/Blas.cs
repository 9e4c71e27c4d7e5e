using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>The library that multiplies matrices on the CPU. It is torch's in some builds, and one of its own in others.</summary>
internal static unsafe class Blas
{
    /// <summary>Below this a matrix product is done by plain loops: the reference library reaches 1.5, OpenBLAS 50 and more.</summary>
    private const double SlowGflops = 5;

    private const string Remedy = "matrix products are tens of times slower than they need to be: `apt-get install libopenblas0-pthread`, " +
        "and if that is installed, choose it with `update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu`";

    private const string CoreVariable = "OPENBLAS_CORETYPE";

    /// <summary>Processors for which OpenBLAS has kernels without AVX. It takes one of them for a processor that it does not know.</summary>
    private static readonly HashSet<string> s_oldCores = new(
        [
            "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington", "Nehalem",
            "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Nano", "Unknown", "Generic",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] s_files = ["libblas.so", "libopenblas", "libmkl_rt", "libblis"];

    /// <summary>What this processor is to OpenBLAS at least; null for one that it has no fast kernels for, or always knows.</summary>
    private static string? Core => Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Avx512CD.VL.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;

    /// <summary>
    /// Has OpenBLAS take kernels for this processor. A release does not know processors that came after it, and takes
    /// kernels without AVX for them: 18 in place of 133 GFLOP/s of version 0.3.21 on a Xeon of 2023. To be called before torch is loaded, for it
    /// chooses when it is loaded; it is loaded here to be asked, and let go. A user's own choice stays.
    /// </summary>
    /// <returns>What is to be in the environment when torch is loaded; null for nothing.</returns>
    public static (string Variable, string Value)? ChooseCore()
    {
        if (Core is not { } core || Environment.GetEnvironmentVariable(CoreVariable) is { Length: > 0 } || Loaded().Path is not null
            || !NativeLibrary.TryLoad("libblas.so.3", out nint library))
            return null;
        try
        {
            return NativeLibrary.TryGetExport(library, "openblas_get_corename", out nint name) && IsOld(name) ? (CoreVariable, core) : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    /// <summary>Sets the threads of a BLAS that has its own, which torch's own number does not reach.</summary>
    public static void SetThreads(int count)
    {
        if (Function("openblas_set_num_threads") is not 0 and nint set)
            ((delegate* unmanaged<int, void>)set)(count);
        if (Function("bli_thread_set_num_threads") is not 0 and nint setBlis)
            ((delegate* unmanaged<long, void>)setBlis)(count);
    }

    /// <summary>The threads of a BLAS that has its own; null where torch's number counts.</summary>
    public static int? Threads() => Function("openblas_get_num_threads") is not 0 and nint get ? ((delegate* unmanaged<int>)get)() : null;

    /// <summary>Which one it is. Its speed is measured only where the name does not tell.</summary>
    public static BlasReport Check(string torchBuild)
    {
        LoadedLibrary? library = Loaded() is { Path: not null } loaded ? loaded : null;
        string name = library is { } found ? BlasReport.NameOf(found.Path) : torchBuild.Contains("Math Kernel Library", StringComparison.Ordinal) ? "MKL" : "unknown";
        if (name is not ("unknown" or "reference BLAS"))
            return new BlasReport(name, library?.Path, Version(), null, OldCore());
        double gflops = Measure();
        return new BlasReport(name, library?.Path, null, gflops, gflops < SlowGflops ? Remedy : null);
    }

    private static bool IsOld(nint corename) => s_oldCores.Contains(Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)corename)()) ?? "");

    /// <summary>What to do about an OpenBLAS with kernels for another processor; null when it has the right ones.</summary>
    private static string? OldCore() => Core is { } core && Function("openblas_get_corename") is not 0 and nint name && IsOld(name)
        ? $"it does not use AVX, which this processor has: set {CoreVariable}={core}, or install a newer OpenBLAS"
        : null;

    /// <summary>
    /// The one that torch calls. Debian's torch calls libblas, whichever library the administrator has chosen to be that,
    /// while other libraries may have loaded an OpenBLAS of their own.
    /// </summary>
    private static LoadedLibrary Loaded() => LoadedLibrary.All()
        .OrderBy(library => Array.FindIndex(s_files, start => Path.GetFileName(library.Path).StartsWith(start, StringComparison.Ordinal)))
        .FirstOrDefault(library => s_files.Any(start => Path.GetFileName(library.Path).StartsWith(start, StringComparison.Ordinal)));

    private static nint Function(string name) => Loaded() is { Path: not null } library ? library.Function(name) : 0;

    private static string? Version() =>
        Function("openblas_get_config") is not 0 and nint get ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)get)()) : null;

    /// <summary>10^9 operations a second of one product of 256 x 256 matrices: 20 ms at worst.</summary>
    private static double Measure()
    {
        const int Side = 256;
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor a = ones(Side, Side), small = ones(16, 16);
        small.mm(small);
        long start = Stopwatch.GetTimestamp();
        a.mm(a);
        return 2.0 * Side * Side * Side / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }
}
