using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>Whole generations on a card: the test library's, over host memory.</summary>
public sealed class GcuTests : IDisposable
{
    private static readonly ConcurrentDictionary<string, Task<string>> s_cpu = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A device has torch's kernels, so the processor is to use these, too.</summary>
    [Fact]
    public async Task GivesTheBytesOfTheCpu()
    {
        string report = Path.Combine(_folder, "report.json");
        string cpu = await Cpu("bf16");
        ClientProgram.Outcome outcome = await Generate("bf16", "gcu:1", (TestCard.Variable, TestCard.Library), (TestCard.ReportVariable, report));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        JsonNode gcu = JsonNode.Parse(outcome.Output)!;
        Assert.Equal("gcu:1", gcu["device"]!.GetValue<string>());
        Assert.Equal(cpu, gcu["sha256"]!.ToJsonString());
        Assert.True(TestCard.KernelsIn(report)[1] > 1000);
    }

    /// <summary>Copies between card and host go on beside what is computed, or, of a vendor without streams, are waited for.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task CardsThatShareAClipGiveTheBytesOfTheCpu(string streams)
    {
        string report = Path.Combine(_folder, "report.json");
        string cpu = await Cpu("fp32");
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            Arguments("fp32", "gcu", "--cards", "2"),
            (TestCard.TorchVariable, TestCard.Torch), (TestCard.Variable, TestCard.Library), (TestCard.ReportVariable, report), ("TESTCARD_COUNT", "2"), ("TESTCARD_STREAMS", streams), ("TESTCARD_COPY_MS", "2"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(cpu, JsonNode.Parse(outcome.Output)!["sha256"]!.ToJsonString());
        Assert.Equal(streams == "0", outcome.Errors.Contains("gcu:1 waits for its copies", StringComparison.Ordinal));
        Assert.All(TestCard.KernelsIn(report), kernels => Assert.True(kernels > 500));
    }

    /// <summary>Which of three cards flips it is left to them.</summary>
    [Fact]
    public async Task ACardThatFlipsABitIsNamedAndTheBytesAreRight()
    {
        string cpu = await Cpu("fp32"), flipped = Path.Combine(_folder, "flipped");
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            Arguments("fp32", "gcu", "--cards", "3", "--self-check", "1"),
            (TestCard.TorchVariable, TestCard.Torch), (TestCard.Variable, TestCard.Library), ("TESTCARD_COUNT", "3"), ("OPENSORA_FAULTS", $"flip@step=1:unit=1;once={flipped}"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        JsonNode report = JsonNode.Parse(outcome.Output)!;
        Assert.True(File.Exists(flipped));
        Assert.Equal(cpu, report["sha256"]!.ToJsonString());
        Assert.Equal((2, 1), (report["selfCheck"]!["steps"]!.GetValue<int>(), report["selfCheck"]!["differences"]!.GetValue<int>()));
        Assert.Contains("block 1 of step 2", report["losses"]!.AsArray().Single()!["cause"]!.GetValue<string>());
    }

    [Fact]
    public async Task KernelsThatAreNotKnownAreRefused()
    {
        ClientProgram.Outcome outcome = await Generate("bf16", "cpu", ("OPENSORA_KERNELS", "fast"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("OPENSORA_KERNELS=fast cannot be used", outcome.Errors);
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
    public async Task WithTheTorchOfThePackageTheErrorSaysHowToGiveAnother()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(Arguments("bf16", "gcu"), (TestCard.Variable, TestCard.Library));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--torch DIR", outcome.Errors);
    }

    [Fact]
    public async Task ATorchThatWasNotMadeReadyIsRefused()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["--torch", "/usr", .. Arguments("fp32", "cpu")]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("start through ./opensora", outcome.Errors);
    }

    [Fact]
    public async Task ALibraryThatWasNamedIsNotPassedOver()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["generate", "--prompt", "a", "--save-dir", _folder], (TestCard.TorchVariable, TestCard.Torch), (TestCard.Variable, "/nowhere/lib.so"));
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

    /// <summary>The hashes of the processor with the same torch and kernels; made once.</summary>
    private Task<string> Cpu(string dtype) => s_cpu.GetOrAdd(
        dtype, async _ => JsonNode.Parse((await Generate(dtype, "cpu", ("OPENSORA_KERNELS", "plain"), ("OPENSORA_UNITS", "accelerator"))).Output)!["sha256"]!.ToJsonString());

    private Task<ClientProgram.Outcome> Generate(string dtype, string device, params (string, string)[] environment) =>
        ClientProgram.Run(Arguments(dtype, device), [(TestCard.TorchVariable, TestCard.Torch), .. environment]);

    private string[] Arguments(string dtype, string device, params string[] more) =>
    [
        "generate", "--prompt", "a red ball", "--image-size", "36", "50", "--num-frames", "20", "--num-sampling-steps", "2", "--threads", "2",
        "--dtype", dtype, "--device", device, "--save-dir", _folder, "--json", .. more,
    ];
}
