namespace OpenSora.Torch;

/// <summary>How much memory this process takes, as Linux counts it.</summary>
public static class MemoryUse
{
    /// <summary>The most bytes that were in memory at once since the start; memory-mapped files count where they were read.</summary>
    public static long PeakResidentBytes => Read("VmHWM:");

    /// <summary>Bytes in memory now.</summary>
    public static long ResidentBytes => Read("VmRSS:");

    private static long Read(string field)
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith(field, StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(field.Length, line.Length - field.Length - " kB".Length).Trim());
        throw new InvalidDataException($"/proc/self/status has no {field}");
    }
}
