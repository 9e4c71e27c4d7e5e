using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>Whole generations on a card: the test library's, over host memory.</summary>
public sealed class GcuTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A device has torch's kernels, so the processor is to use these, too.</summary>
    [Theory]
    [InlineData("bf16", "gcu")]
    [InlineData("fp32", "gcu:1")]
    public async Task GivesTheBytesOfTheCpu(string dtype, string device)
    {
        string report = Path.Combine(_folder, "report.json");
        JsonNode cpu = JsonNode.Parse((await Generate(dtype, "cpu", ("OPENSORA_KERNELS", "plain"))).Output)!;
        ClientProgram.Outcome outcome = await Generate(dtype, device, (TestCard.Variable, TestCard.Library), (TestCard.ReportVariable, report));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        JsonNode gcu = JsonNode.Parse(outcome.Output)!;
        Assert.StartsWith("gcu:", gcu["device"]!.GetValue<string>());
        Assert.Equal(cpu["sha256"]!.ToJsonString(), gcu["sha256"]!.ToJsonString());
        Assert.True(TestCard.KernelsIn(report)[device == "gcu" ? 0 : 1] > 1000);
    }

    [Fact]
    public async Task KernelsThatAreNotKnownAreRefused()
    {
        ClientProgram.Outcome outcome = await Generate("bf16", "cpu", ("OPENSORA_KERNELS", "fast"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("OPENSORA_KERNELS is 'fast'", outcome.Errors);
        Assert.Contains("portable", outcome.Errors);
    }

    [Fact]
    public async Task WithoutALibraryTheErrorSaysWhatWasLookedFor()
    {
        ClientProgram.Outcome outcome = await Generate("bf16", "gcu");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("libtorch_gcu.so", outcome.Errors);
        Assert.Contains("LD_LIBRARY_PATH", outcome.Errors);
        Assert.Contains("OPENSORA_GCU_LIBRARY", outcome.Errors);
    }

    [Fact]
    public async Task ALibraryThatWasNamedIsNotPassedOver()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["generate", "--prompt", "a", "--save-dir", _folder], (TestCard.Variable, "/nowhere/lib.so"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("/nowhere/lib.so", outcome.Errors);
    }

    /// <summary>Each start of the card gets no further: a step done would be kept.</summary>
    [Fact]
    public async Task ACardThatDiesIsReportedAndLeavesNoFile()
    {
        ClientProgram.Outcome outcome = await Generate("bf16", "gcu", (TestCard.Variable, TestCard.Library), ("TESTCARD_FAIL_AFTER", "200"));
        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("device failed", outcome.Errors);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ACardWithTooLittleMemoryCannotFit()
    {
        ClientProgram.Outcome outcome = await Generate("bf16", "gcu", (TestCard.Variable, TestCard.Library), ("TESTCARD_MEMORY_BYTES", "4000000"));
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("memory", outcome.Errors);
    }

    private Task<ClientProgram.Outcome> Generate(string dtype, string device, params (string, string)[] environment) => ClientProgram.Run(
        [
            "generate", "--prompt", "a red ball", "--image-size", "36", "50", "--num-frames", "20", "--num-sampling-steps", "2", "--threads", "2",
            "--dtype", dtype, "--device", device, "--save-dir", _folder, "--json",
        ],
        environment);
}
