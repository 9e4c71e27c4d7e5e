using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace OpenSora.Torch;

/// <summary>What a torch says of itself.</summary>
/// <param name="Capability">The instruction set of its own kernels on this processor, e.g. <c>AVX2</c>.</param>
/// <param name="Blas">The library within it that multiplies matrices, with its version, e.g. <c>MKL 2024.2</c>; null for one of its own.</param>
internal sealed partial record TorchBuild(string Capability, string? Blas)
{
    /// <summary>Torch's <c>at::show_config()</c>, which returns a <c>std::string</c> of today's C++ ABI; of the old one it has another name.</summary>
    private const string ShowConfig = "_ZN2at11show_configB5cxx11Ev";

    /// <summary>Whether it was built with today's <c>std::string</c>: its C++ ABI.</summary>
    public static bool HasNewStrings(LoadedTorch torch) => NativeLibrary.TryGetExport(torch.Kernels, ShowConfig, out _);

    /// <summary>Asks it.</summary>
    public static unsafe TorchBuild Of(LoadedTorch torch)
    {
        if (torch.IsOwn)
            return Parse(OwnBinding.Build);
        if (!NativeLibrary.TryGetExport(torch.Kernels, ShowConfig, out nint ask))
            return new TorchBuild("unknown", null);
        // A std::string: an address, a length and 16 bytes of its own.
        nint* text = stackalloc nint[4];
        ((delegate* unmanaged<nint*, nint*>)ask)(text);
        string told = Marshal.PtrToStringUTF8(text[0], checked((int)text[1]));
        if (text[0] != (nint)(text + 2))
            NativeMemory.Free((void*)text[0]);
        return Parse(told);
    }

    internal static TorchBuild Parse(string told) => new(
        CapabilityLine().Match(told) is { Success: true } capability ? capability.Groups[1].Value : "unknown",
        MklLine().Match(told) is { Success: true } mkl ? $"MKL {mkl.Groups[1].Value}" : null);

    [GeneratedRegex(@"CPU capability usage: (\S+)")]
    private static partial Regex CapabilityLine();

    [GeneratedRegex(@"Math Kernel Library Version ([0-9.]+)")]
    private static partial Regex MklLine();
}
