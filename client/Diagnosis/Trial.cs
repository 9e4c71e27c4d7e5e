using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Verification;

namespace OpenSora.Client.Diagnosis;

/// <summary>A device tried on the golden cases of the clone, or on the demo model where there are none.</summary>
internal static class Trial
{
    private static string Cases => Installation.Golden is { } golden ? $"cases of {golden}" : "check of the demo model (what was published has no reference tensors)";

    public static VerificationRequest Of(string device, int? threads) => new() { Golden = Installation.Golden, Device = device, Threads = threads };

    public static Finding Finding(string name, VerificationReport report)
    {
        if (report.Failed == 0)
            return Contracts.Diagnosis.Finding.Ok(name, FormattableString.Invariant($"{report.Passed} {Cases}, at most {report.Cases.Max(Share):0.00} of the tolerance"));
        VerifiedCase worst = report.Cases.Where(row => !row.Ok).MaxBy(row => row.Detail?.Contains("memory", StringComparison.OrdinalIgnoreCase) == true)!;
        bool lacksMemory = worst.Detail?.Contains("memory", StringComparison.OrdinalIgnoreCase) == true;
        return new Finding(
            name, Health.Broken, FormattableString.Invariant($"{report.Failed} of {report.Cases.Count} {Cases} failed, e.g. {worst.Name}: {worst.Detail ?? $"error {worst.MaxError:0.0e+00} of {worst.Tolerance:0.0e+00}"}"),
            lacksMemory ? "end what else uses the device: the vendor's tool (nvidia-smi, efsmi) lists it" : Remedy(name));
    }

    public static string Remedy(string name) => name.Split(' ') is ["verify", var device]
        ? $"do without it (--device), and send us this page and: opensora verify --device {device}{(Installation.Golden is { } golden ? $" --golden {golden}" : "")}"
        : "send us this page";

    private static double Share(VerifiedCase row) => row.Tolerance > 0 ? row.MaxError / row.Tolerance : 0;
}
