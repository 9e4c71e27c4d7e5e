using System.Runtime.InteropServices;
using TorchSharp;

namespace OpenSora.Torch;

/// <summary>
/// The vendor's library that teaches torch its cards. It is loaded at run time and stays for good: what it registers
/// cannot be taken back.
/// </summary>
internal static unsafe class GcuLibrary
{
    /// <summary>torch's PrivateUse1, which TorchSharp has no name for.</summary>
    public const DeviceType Type = (DeviceType)20;

    public const string Variable = "OPENSORA_GCU_LIBRARY";

    private const string Default = "libtorch_gcu.so";

    private static readonly Lock s_loading = new();

    /// <summary>Whether the user named a library.</summary>
    private static readonly bool s_isNamed = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    private static nint s_handle;

    /// <summary>A file, or a name that the system's loader looks for.</summary>
    public static string Path => s_isNamed ? Environment.GetEnvironmentVariable(Variable)! : File.Exists(Beside) ? Beside : Default;

    /// <summary>Whether there is one to load, rather than a name to look for.</summary>
    public static bool IsInstalled => s_isNamed || File.Exists(Beside);

    /// <summary>How many cards there are, once it is loaded.</summary>
    public static int Count => OwnBinding.Count(Type);

    /// <summary>Where pip puts the vendor's: <c>site-packages/torch_gcu/lib</c> beside <c>site-packages/torch/lib</c>.</summary>
    private static string Beside => System.IO.Path.GetFullPath(System.IO.Path.Combine(TorchLibraries.TorchFolder, "..", "..", "torch_gcu", "lib", Default));

    /// <summary>Loads it unless a device of its kind is there already.</summary>
    /// <returns>What went wrong and what to do about it, or null.</returns>
    public static string? Load()
    {
        lock (s_loading)
        {
            if (!OwnBinding.IsThere)
                return "TorchSharp's own torch has no cards of Enflame. Remedy: give --torch DIR (or OPENSORA_TORCH), the folder of the torch that the vendor's torch_gcu is for";
            // A second registration would end the process.
            if (OwnBinding.IsRegistered(Type))
                return null;
            // It may count on finding torch's functions without naming torch as a dependency.
            SharedLibrary.MakeGlobal(System.IO.Path.Combine(TorchLibraries.TorchFolder, "libc10.so"));
            SharedLibrary.MakeGlobal(System.IO.Path.Combine(TorchLibraries.TorchFolder, "libtorch_cpu.so"));
            if (!SharedLibrary.TryOpen(Path, out s_handle, out string? refusal))
                return Refused(refusal);
            return OwnBinding.IsRegistered(Type) ? null
                : $"{Path} was loaded, but it brings no PrivateUse1 device. Remedy: set {Variable} to the vendor's torch library";
        }
    }

    /// <exception cref="DeviceException">A library was named and does not load: taking another device would hide that.</exception>
    public static bool IsPresent()
    {
        if (!s_isNamed && !OwnBinding.IsThere)
            return false;
        return Load() is not { } problem ? Count > 0 : s_isNamed ? throw new DeviceException($"device gcu: {problem}, or unset {Variable}") : false;
    }

    public static bool HasHalf() => s_handle == 0 || !NativeLibrary.TryGetExport(s_handle, "opensora_card_has_half", out nint function)
        || ((delegate* unmanaged<int>)function)() != 0;

    private static string Refused(string why)
    {
        string searched = !Path.Contains('/')
            ? $"in LD_LIBRARY_PATH ({Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "not set"}) and the system's library folders"
            : s_isNamed ? $"the file that {Variable} names" : "the file beside this torch";
        return $"the vendor's library {Path} cannot be loaded (looked for {searched}): {why}. " +
            $"Remedy: install the vendor's torch library, or set {Variable} to its path";
    }
}
