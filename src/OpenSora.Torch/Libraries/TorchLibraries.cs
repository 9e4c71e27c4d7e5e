using System.Reflection;

namespace OpenSora.Torch;

/// <summary>
/// The choice of native libraries: which torch this process runs on, the package's or another one of this machine. TorchSharp calls a library
/// named <c>LibTorchSharp</c>, and the system gives it the one of that name that is loaded already: what is loaded here is the torch of the process.
/// </summary>
public static class TorchLibraries
{
    /// <summary>The folder beside a published program, and the one beside a program that was built with the package for CUDA.</summary>
    private static readonly string[] s_beside = ["torch", "runtimes/linux-x64/native"];

    private static readonly Lazy<OtherTorch?> s_other = new(OtherTorch.Chosen);

    private static readonly Lazy<LoadedTorch> s_loaded = new(() => LoadedTorch.From(TorchFolder, BindingFolder));

    /// <summary>Loads the libraries at the first call. To be called before the first use of <c>torch</c>.</summary>
    /// <exception cref="DeviceException">A file is missing, damaged, or not of this system.</exception>
    public static void Load() => _ = Loaded;

    /// <summary>Where torch lies: where the user says, else beside a published program, else in the package that it was built with.</summary>
    public static string TorchFolder => s_other.Value?.Folder ?? Find("TorchFolder");

    internal static string BindingFolder => s_other.Value?.Binding ?? Find("TorchSharpFolder");

    /// <summary>Whether the user chose it.</summary>
    internal static bool IsOther => s_other.Value is not null;

    internal static LoadedTorch Loaded => s_loaded.Value;

    /// <summary>How a file that cannot be loaded is brought anew.</summary>
    internal static string Remedy(string path)
    {
        string[] parts = path.Split("/runtimes/");
        return IsOther ? $"{OtherTorch.Variable} chose this torch: install it anew, with the libraries that it needs, or choose another"
            : parts.Length == 2 ? $"delete the folder {parts[0]}, then run ./opensora --setup, which brings the package anew"
            : $"install the program anew: {Path.GetDirectoryName(path)} is a part of it";
    }

    private static string Find(string built) => s_beside.Select(folder => Path.Combine(AppContext.BaseDirectory, folder)).FirstOrDefault(HasTorch)
        ?? typeof(TorchLibraries).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == built).Value!;

    /// <summary>Other packages have native libraries beside a program too.</summary>
    private static bool HasTorch(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "lib*orch*.so").Any();
}
