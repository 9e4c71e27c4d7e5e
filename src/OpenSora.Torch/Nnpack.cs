using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>The library that torch takes for some small convolutions on the CPU, where it finds the processor's caches told.</summary>
internal static unsafe class Nnpack
{
    /// <summary>
    /// Has torch do without it. Two machines with one processor may tell their caches or not, as virtual ones do: then their bytes would
    /// differ, and torch says at each convolution that it cannot use it.
    /// </summary>
    /// <param name="torch">The library with torch's kernels.</param>
    /// <returns>Whether this torch can be told so.</returns>
    public static bool DoWithout(nint torch)
    {
        // at::globalContext().setUserEnabledNNPACK(false)
        if (!NativeLibrary.TryGetExport(torch, "_ZN2at13globalContextEv", out nint context)
            || !NativeLibrary.TryGetExport(torch, "_ZN2at7Context20setUserEnabledNNPACKEb", out nint set))
            return false;
        ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
        return true;
    }
}
