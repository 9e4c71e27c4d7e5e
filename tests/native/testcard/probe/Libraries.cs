namespace OpenSora.TestCard.Probe;

/// <summary>The libraries of torch in this process, and where they lie.</summary>
internal static class Libraries
{
    public static string Loaded() => string.Join('\n', File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : "")
        .Where(path => Path.GetFileName(path) is var name && name.Contains(".so", StringComparison.Ordinal)
            && (name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.StartsWith("libc10", StringComparison.Ordinal)))
        .Distinct());
}
