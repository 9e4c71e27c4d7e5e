using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>A shared library that this process has loaded.</summary>
internal readonly record struct LoadedLibrary(string Path)
{
    public static IEnumerable<LoadedLibrary> All() => File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : "")
        .Where(path => path.Contains(".so", StringComparison.Ordinal))
        .Distinct()
        .Select(path => new LoadedLibrary(path));

    /// <summary>The address of a function of this library, or of one that it depends on; 0 where there is none.</summary>
    public nint Function(string name) =>
        NativeLibrary.TryLoad(Path, out nint library) && NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
