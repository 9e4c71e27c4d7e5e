using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Verification;

namespace OpenSora.Card.Tests.Doctor;

/// <summary>What a card tells of its machine, finding by finding.</summary>
public sealed class DoctorTaskTests
{
    private static readonly DiagnosisRequest s_request = new() { SaveDir = "/tmp", Threads = 1 };

    [Fact]
    public async Task EachFindingIsToldAndThenWhatCanBeTried()
    {
        (int exitCode, IReadOnlyList<CardEvent> events) = await Look(s_request);
        Assert.Equal(0, exitCode);
        Finding[] findings = Findings(events);
        Assert.Equal(["processor", "memory", "torch", "dit", "t5", "vae2d", "vae3d", "cpu", "cuda", "gcu"], findings.Select(finding => finding.Name));
        Assert.All(findings, finding => Assert.NotEqual(Health.Broken, finding.Health));
        Assert.Contains("1 thread,", findings[2].Told, StringComparison.Ordinal);
        Assert.Equal(["cpu"], Assert.IsType<Diagnosed>(events[^1]).Devices);
    }

    [Fact]
    public async Task WithoutATorchTheRestIsToldAndNothingCanBeTried()
    {
        (int exitCode, IReadOnlyList<CardEvent> events) = await Look(s_request, ("OPENSORA_TORCH", "/nowhere"));
        Assert.Equal(0, exitCode);
        Finding[] findings = Findings(events);
        Assert.Equal(["processor", "memory", "torch", "dit", "t5", "vae2d", "vae3d"], findings.Select(finding => finding.Name));
        Assert.Equal("torch", Assert.Single(findings, finding => finding.Health == Health.Broken).Name);
        Assert.Empty(Assert.IsType<Diagnosed>(events[^1]).Devices);
    }

    [Fact]
    public async Task TorchsOwnKernelsAreSlow()
    {
        (_, IReadOnlyList<CardEvent> events) = await Look(s_request, ("OPENSORA_KERNELS", "plain"));
        Finding processor = Findings(events)[0];
        Assert.Equal(Health.Weak, processor.Health);
        Assert.Contains("unset OPENSORA_KERNELS", processor.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADeviceThatIsAskedForAndNotThereIsBroken()
    {
        (_, IReadOnlyList<CardEvent> events) = await Look(s_request with { Device = "cuda:1" });
        Finding device = Findings(events)[^1];
        Assert.Equal(("cuda:1", Health.Broken), (device.Name, device.Health));
        Assert.Contains("--torch DIR", device.Remedy, StringComparison.Ordinal);
        Assert.Empty(Assert.IsType<Diagnosed>(events[^1]).Devices);
    }

    /// <summary>Without tensors of the original the demo model is compared with torch's own kernels.</summary>
    [Fact]
    public async Task WithoutGoldenCasesTheDemoModelIsTried()
    {
        (int exitCode, IReadOnlyList<CardEvent> events) = await CardLine.Ask(
            "verify", new VerificationRequest { Device = "cpu", Threads = 1 }, ContractsJson.Default.VerificationRequest);
        Assert.Equal(0, exitCode);
        VerifiedCase row = Assert.Single(Assert.IsType<Verified>(events[^1]).Report.Cases);
        Assert.Equal("demo model", row.Name);
        Assert.InRange(row.MaxError, 0, row.Tolerance);
    }

    private static Task<(int ExitCode, IReadOnlyList<CardEvent> Events)> Look(DiagnosisRequest request, params (string, string)[] environment) =>
        CardLine.Ask("doctor", request, ContractsJson.Default.DiagnosisRequest, environment);

    private static Finding[] Findings(IReadOnlyList<CardEvent> events) => [.. events.OfType<Found>().Select(found => found.Finding)];
}
