using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace OpenSora.Torch;

/// <summary>The library that multiplies matrices for a torch that has none within itself, such as Debian's: libblas, whichever that is.</summary>
internal static unsafe class OpenBlas
{
    public const string CoreVariable = "OPENBLAS_CORETYPE";

    /// <summary>Processors for which OpenBLAS has kernels without AVX. It takes one of them for a processor that it does not know.</summary>
    private static readonly HashSet<string> s_oldCores = new(
        [
            "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington", "Nehalem",
            "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Nano", "Unknown", "Generic",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] s_files = ["libblas.so", "libopenblas"];

    /// <summary>What this processor is to OpenBLAS at least; null for one that it has no fast kernels for, or always knows.</summary>
    private static string? Core => Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Avx512CD.VL.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;

    /// <summary>
    /// What is to be in the environment when torch is loaded, for OpenBLAS to take kernels for this processor; null for nothing. A release does
    /// not know processors that came after it, and takes kernels without AVX for them: 18 in place of 133 GFLOP/s of version 0.3.21 on a Xeon of
    /// 2023. It chooses when it is loaded: it is loaded here to be asked, and let go. A user's own choice stays.
    /// </summary>
    public static string? ChooseCore()
    {
        if (Core is not { } core || Environment.GetEnvironmentVariable(CoreVariable) is { Length: > 0 } || Loaded().Path is not null
            || !NativeLibrary.TryLoad("libblas.so.3", out nint library))
            return null;
        try
        {
            return NativeLibrary.TryGetExport(library, "openblas_get_corename", out nint name) && IsOld(Text(name)) ? core : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    /// <summary>Sets its threads, which torch's own number does not reach.</summary>
    public static void SetThreads(int count)
    {
        if (Function("openblas_set_num_threads") is not 0 and nint set)
            ((delegate* unmanaged<int, void>)set)(count);
    }

    /// <summary>Its name, version and kernels, e.g. <c>OpenBLAS 0.3.21 Haswell</c>; null where there is none that tells.</summary>
    public static string? Describe() => Function("openblas_get_config") is 0 ? IsReference() ? "reference BLAS" : null
        : $"{string.Join(' ', Text(Function("openblas_get_config")).Split(' ').Take(2))} {Text(Function("openblas_get_corename"))}";

    /// <summary>Why it is slower than this processor can do; null when it is not.</summary>
    public static string? Slow() =>
        IsReference() ? "matrix products are tens of times slower than they need to be: `apt-get install libopenblas0-pthread`, " +
            "and if that is installed, choose it with `update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu`"
        : Core is { } core && Function("openblas_get_corename") is not 0 and nint name && IsOld(Text(name))
            ? $"OpenBLAS does not use AVX, which this processor has: set {CoreVariable}={core}, or install a newer one"
        : null;

    private static bool IsReference() => Loaded().Path is { } path && Path.GetFileName(Path.GetDirectoryName(path)) == "blas";

    private static bool IsOld(string core) => s_oldCores.Contains(core);

    private static string Text(nint function) => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)function)()) ?? "";

    /// <summary>
    /// The one that torch calls. Debian's torch calls libblas, whichever library the administrator has chosen to be that,
    /// while other libraries may have loaded an OpenBLAS of their own.
    /// </summary>
    private static LoadedLibrary Loaded() => LoadedLibrary.All()
        .OrderBy(library => Array.FindIndex(s_files, start => Path.GetFileName(library.Path).StartsWith(start, StringComparison.Ordinal)))
        .FirstOrDefault(library => s_files.Any(start => Path.GetFileName(library.Path).StartsWith(start, StringComparison.Ordinal)));

    private static nint Function(string name) => Loaded() is { Path: not null } library ? library.Function(name) : 0;
}
