using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>A torch that this process has loaded.</summary>
/// <param name="Kernels">The library with torch's kernels.</param>
/// <param name="Binding">The library that TorchSharp calls.</param>
/// <param name="IsMended">Whether the binding asks for a newer C++ library than the system's, and runs on this one without it.</param>
internal sealed record LoadedTorch(nint Kernels, nint Binding, bool IsMended)
{
    private const string BindingFile = "libLibTorchSharp.so";

    /// <summary>The C++ library of GCC 13. Debian 12 and Ubuntu 22.04 have that of GCC 12.</summary>
    private const string Gcc13 = "GLIBCXX_3.4.32";

    /// <summary>In the order in which each is asked for; those with a mark are not in every torch. libtorch_cpu takes its neighbours along.</summary>
    private static readonly (string File, bool IsOptional)[] s_torch =
        [("libc10.so", false), ("libtorch_cpu.so", false), ("libtorch_cuda.so", true), ("libtorch_hip.so", true), ("libtorch.so", false)];

    /// <summary>Whether the binding is <see cref="OwnBinding"/>.</summary>
    public bool IsOwn { get; } = NativeLibrary.TryGetExport(Binding, OwnBinding.Mark, out _);

    /// <exception cref="DeviceException">A file is missing, damaged, or not of this system.</exception>
    public static LoadedTorch From(string torchFolder, string bindingFolder)
    {
        nint kernels = 0;
        foreach ((string file, bool isOptional) in s_torch)
            if (Path.Combine(torchFolder, file) is var part && (!isOptional || File.Exists(part)))
                kernels = Open(part) is var opened && file == "libtorch_cpu.so" ? opened : kernels;
        Mkl.TakeFastKernels(kernels);
        Nnpack.DoWithout(kernels);
        string path = Path.Combine(bindingFolder, BindingFile);
        byte[] binding = SharedLibrary.Read(path);
        if (SharedLibrary.TryOpen(path, out nint library, out string? refusal))
            return new LoadedTorch(kernels, library, IsMended: false);
        // <iostream> of GCC 13 names a version so that its C++ library is linked; no function of that version is called.
        if (refusal.Contains(Gcc13, StringComparison.Ordinal) && SymbolVersions.Weaken(binding, Gcc13)
            && SharedLibrary.TryOpenCopy(binding, BindingFile, out library, out refusal))
            return new LoadedTorch(kernels, library, IsMended: true);
        throw SharedLibrary.Refused(path, refusal);
    }

    private static nint Open(string path)
    {
        SharedLibrary.CheckWhole(path);
        return SharedLibrary.TryOpen(path, out nint library, out string? refusal) ? library : throw SharedLibrary.Refused(path, refusal);
    }
}
