using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace OpenSora.Planning.Cards;

/// <summary>The processor that this program runs on, as a card type: what can be read is read, the rest is estimated and said so.</summary>
public static class ThisMachine
{
    /// <summary>The card type's name.</summary>
    public const string Name = "cpu";

    /// <summary>
    /// Resident memory of a card process before any weight: .NET, libtorch and its threads. Measured on Debian 12 with
    /// libtorch (docs/simulator.md).
    /// </summary>
    private const long ProcessBytes = 250_000_000;

    /// <summary>Where /proc/cpuinfo names no clock.</summary>
    private const double UsualHertz = 2.5e9;

    /// <summary>Two channels of DDR4-3200, which any server has.</summary>
    private const double MemoryBytesPerSecond = 51e9;

    /// <summary>Of a socket or the loopback interface.</summary>
    private const double LinkBytesPerSecond = 3e9;

    /// <param name="threads">Cores of one card; as many cards as have cores of their own are a node. null for all cores.</param>
    public static CardType Detect(int? threads = null)
    {
        int cores = threads ?? Environment.ProcessorCount;
        int perCycle = Avx512F.IsSupported ? 64 : Avx2.IsSupported ? 32 : 8; // fp32 operations of two vector units
        return new CardType
        {
            Name = Name,
            Title = $"processor of this machine, {cores} of {Environment.ProcessorCount} cores",
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ReservedBytes = ProcessBytes,
            Flops = { ["fp32"] = cores * perCycle * Hertz() },
            MemoryBytesPerSecond = MemoryBytesPerSecond,
            LinkBytesPerSecond = LinkBytesPerSecond,
            CardsPerNode = Math.Max(1, Environment.ProcessorCount / cores),
            LinkLatencySeconds = 30e-6,
            KernelSeconds = 5e-6,
            IsProcessor = true,
            Source = "detected: cores, vector units, clock, memory; estimated: bandwidth, link, latencies; reserved was measured",
        };
    }

    private static double Hertz()
    {
        const string file = "/proc/cpuinfo";
        if (!File.Exists(file))
            return UsualHertz;
        string? line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("cpu MHz", StringComparison.Ordinal));
        return double.TryParse(line?.Split(':')[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double megahertz) && megahertz > 0
            ? megahertz * 1e6
            : UsualHertz;
    }
}
