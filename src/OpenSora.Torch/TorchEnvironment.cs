using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>The torch of this process: how many threads it uses, and what it is.</summary>
public static partial class TorchEnvironment
{
    /// <summary>Settings of a user that change which kernels run, and so the last bits.</summary>
    private static readonly string[] s_kernelVariables =
        ["ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE", OpenBlas.CoreVariable];

    /// <summary>
    /// Makes every operation of this thread use exactly <paramref name="threads"/> threads, in torch and in its BLAS. To be
    /// called before anything else touches torch, and again first on every further thread that computes: OpenMP counts
    /// threads for each thread on its own. Last bits depend on this number. The first call loads torch.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    /// <exception cref="DeviceException">torch cannot be loaded.</exception>
    public static void Initialize(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        // Libraries read these once, when they are loaded, and only from the native environment.
        foreach (string variable in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"])
            _ = setenv(variable, threads.ToString(System.Globalization.CultureInfo.InvariantCulture), 1);
        // Waiting threads of OpenMP spin and keep others from their cores. A user's own choice stays.
        _ = setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
        if (TorchLibraries.IsOther && OpenBlas.ChooseCore() is { } core)
            _ = setenv(OpenBlas.CoreVariable, core, 1);
        TorchLibraries.Load();
        set_num_threads(threads);
        if (TorchLibraries.IsOther)
            OpenBlas.SetThreads(threads);
    }

    /// <summary>The version of torch, e.g. <c>2.10.0</c>.</summary>
    public static string Version => OwnBinding.IsThere ? OwnBinding.Version : System.Version.Parse(__version__).ToString(3);

    /// <summary>Whether its attention on processors and on CUDA keeps scores in cache. Before 2.1 it holds all of them at once.</summary>
    public static bool HasAttention => System.Version.Parse(Version) >= new Version(2, 1);

    /// <summary>Its C++ ABI: <c>cxx11</c>, or <c>pre-cxx11</c> with the <c>std::string</c> of before GCC 5.</summary>
    public static string Abi => TorchBuild.HasNewStrings(TorchLibraries.Loaded) ? "cxx11" : "pre-cxx11";

    /// <summary>Whether it is TorchSharp's own rather than another one of this machine.</summary>
    public static bool IsOfPackage => !TorchLibraries.IsOther;

    /// <summary>The threads that an operation called from this thread uses.</summary>
    public static int Threads => get_num_threads();

    /// <summary>Why matrix products are slower than this processor can do them; null when they are not.</summary>
    public static string? SlowProducts => Avx2.IsSupported && Mkl.InstructionSet(TorchLibraries.Loaded.Kernels) == "generic"
        ? "matrix products run at half speed or less: MKL has no kernels for this processor and does not let itself be told which to take"
        : TorchLibraries.IsOther ? OpenBlas.Slow()
        : null;

    /// <summary>The model of the processor, e.g. <c>AuthenticAMD 26.2</c>: sizes of caches decide the order of sums.</summary>
    public static string Processor { get; } = ProcessorModel();

    /// <summary>
    /// One line for logs and reports, e.g. <c>torch 2.10.0 AVX512, MKL 2024.2 AVX512, 4 threads</c>. Two processes on processors of one
    /// model whose lines are equal compute the same bytes.
    /// </summary>
    public static string Describe()
    {
        LoadedTorch torch = TorchLibraries.Loaded;
        TorchBuild build = TorchBuild.Of(torch);
        string blas = build.Blas is { } mkl ? $"{mkl} {Mkl.InstructionSet(torch.Kernels)}".TrimEnd() : OpenBlas.Describe() ?? "unknown BLAS";
        string chosen = string.Concat(s_kernelVariables.Select(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? $", {name}={value}" : ""));
        return $"torch {Version} {build.Capability}, {blas}{chosen}, {Threads} {(Threads == 1 ? "thread" : "threads")}";
    }

    private static string ProcessorModel()
    {
        Dictionary<string, string> told = File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return told.TryGetValue("vendor_id", out string? vendor)
            ? $"{vendor} {told.GetValueOrDefault("cpu family")}.{told.GetValueOrDefault("model")}"
            : RuntimeInformation.ProcessArchitecture.ToString();
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
