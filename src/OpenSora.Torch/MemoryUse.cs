using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>How much memory this process takes, as Linux counts it.</summary>
public static partial class MemoryUse
{
    /// <summary>The most bytes that were in memory at once since the start; memory-mapped files count where they were read.</summary>
    public static long PeakResidentBytes => Read("VmHWM:");

    /// <summary>Bytes in memory now.</summary>
    public static long ResidentBytes => Read("VmRSS:");

    /// <summary>
    /// Gives memory that is free in the C library's heap back to the system. Between units of work it keeps the holes that
    /// one left behind from adding up to the next one's needs.
    /// </summary>
    public static void ReturnFree() => _ = malloc_trim(0);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);

    private static long Read(string field)
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith(field, StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(field.Length, line.Length - field.Length - " kB".Length).Trim());
        throw new InvalidDataException($"/proc/self/status has no {field}");
    }
}
