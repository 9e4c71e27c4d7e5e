using TorchSharp;

namespace OpenSora.Torch;

/// <summary>
/// The vendor's library that teaches torch its cards. It is loaded at run time and stays for good: what it registers
/// cannot be taken back.
/// </summary>
internal static class GcuLibrary
{
    public const string Variable = "OPENSORA_GCU_LIBRARY";

    private const string Default = "libtorch_gcu.so";

    /// <summary>Whether the user named a library.</summary>
    public static bool IsNamed { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>A file, or a name that the system's loader looks for.</summary>
    public static string Path { get; } = IsNamed ? Environment.GetEnvironmentVariable(Variable)! : Default;

    /// <summary>0 until it is loaded.</summary>
    public static nint Handle { get; private set; }

    /// <summary>What went wrong and what to do about it, or null.</summary>
    public static string? Load()
    {
        Handle = Native.ost_load_vendor_library(Path);
        if (Handle != 0)
            return null;
        string said = Native.LastError().Message;
        string searched = Path.Contains('/')
            ? $"the file that {Variable} names"
            : $"in LD_LIBRARY_PATH ({Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "not set"}) and the system's library folders";
        return $"the vendor's library {Path} cannot be loaded (looked for {searched}): {said}. " +
            $"Remedy: install the vendor's torch library, or set {Variable} to its path";
    }
}
