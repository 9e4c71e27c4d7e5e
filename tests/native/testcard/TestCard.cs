using System.Text.Json;

namespace OpenSora.TestKit;

/// <summary>
/// The test-only <c>gcu</c>: a card over host memory whose kernels are the host's own, so that its results equal the CPU's bit for bit
/// (tests/native/testcard). A process takes it with <see cref="Variable"/> set to <see cref="Library"/>, once and for good.
/// </summary>
internal static class TestCard
{
    /// <summary>The environment variable that names the library of a gcu.</summary>
    public const string Variable = "OPENSORA_GCU_LIBRARY";

    /// <summary>The environment variable that names the file for <see cref="KernelsIn"/>.</summary>
    public const string ReportVariable = "TESTCARD_REPORT";

    /// <summary>The environment variable that names the torch of a process.</summary>
    public const string TorchVariable = "OPENSORA_TORCH";

    /// <summary>The torch that the library is built for.</summary>
    public static string Torch { get; } = File.ReadAllText(Path.Combine(Folder, "torch")).Trim();

    /// <summary>The built library.</summary>
    public static string Library { get; } = Path.Combine(Folder, "libtorch_testcard.so");

    /// <summary>The program that compares the library with the host, without any C#.</summary>
    public static string SelfTest { get; } = Path.Combine(Folder, "testcard_selftest");

    private static string Folder => Path.Combine(Repository.Root, "artifacts", "native", "testcard");

    /// <summary>
    /// How many kernels each card ran, summed over the processes that wrote this report. Without them a program that quietly
    /// stayed on the CPU would pass for one that used the card.
    /// </summary>
    public static long[] KernelsIn(string report) =>
    [
        .. from line in File.ReadLines(report)
           from card in JsonDocument.Parse(line).RootElement.GetProperty("cards").EnumerateArray().Index()
           group card.Item.GetProperty("kernels").GetInt64() by card.Index into kernels
           orderby kernels.Key
           select kernels.Sum(),
    ];
}
