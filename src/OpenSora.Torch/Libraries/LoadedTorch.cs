namespace OpenSora.Torch;

/// <summary>A torch that this process has loaded.</summary>
/// <param name="Kernels">The library with torch's kernels and its BLAS.</param>
/// <param name="Binding">The library that TorchSharp calls.</param>
/// <param name="IsMended">Whether the binding asks for a newer C++ library than the system's, and runs on this one without it.</param>
internal sealed record LoadedTorch(nint Kernels, nint Binding, bool IsMended)
{
    /// <summary>The C++ library of GCC 13. Debian 12 and Ubuntu 22.04 have that of GCC 12.</summary>
    private const string Gcc13 = "GLIBCXX_3.4.32";

    /// <exception cref="DeviceException">A file is missing, damaged, or not of this system.</exception>
    public static LoadedTorch From(string torchFolder, string bindingFolder)
    {
        // libtorch_cpu takes its neighbours along; libtorch is a name that the binding asks for.
        nint kernels = Open(Path.Combine(torchFolder, "libtorch_cpu.so"));
        Open(Path.Combine(torchFolder, "libtorch.so"));
        Mkl.TakeFastKernels(kernels);
        string path = Path.Combine(bindingFolder, "libLibTorchSharp.so");
        byte[] binding = SharedLibrary.Read(path);
        if (SharedLibrary.TryOpen(path, out nint library, out string? refusal))
            return new LoadedTorch(kernels, library, IsMended: false);
        // <iostream> of GCC 13 names a version so that its C++ library is linked; no function of that version is called.
        if (refusal.Contains(Gcc13, StringComparison.Ordinal) && SymbolVersions.Weaken(binding, Gcc13)
            && SharedLibrary.TryOpenCopy(binding, "libLibTorchSharp.so", out library, out refusal))
            return new LoadedTorch(kernels, library, IsMended: true);
        throw SharedLibrary.Refused(path, refusal);
    }

    private static nint Open(string path)
    {
        SharedLibrary.CheckWhole(path);
        return SharedLibrary.TryOpen(path, out nint library, out string? refusal) ? library : throw SharedLibrary.Refused(path, refusal);
    }
}
