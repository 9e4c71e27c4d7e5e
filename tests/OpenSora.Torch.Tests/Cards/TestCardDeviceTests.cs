using System.Globalization;
using OpenSora.Contracts.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Work;
using OpenSora.TestKit;

namespace OpenSora.Torch.Tests.Cards;

/// <summary>The whole way from a device's name to numbers on a card, through a vendor's library that is loaded at run time.</summary>
public class TestCardDeviceTests
{
    [Theory]
    [InlineData("gcu", "gcu:0 half=False tensor=gcu:0\n")]
    [InlineData("gcu:1", "gcu:1 half=False tensor=gcu:1\n")]
    public async Task A_card_has_the_name_that_it_was_opened_by(string device, string expected)
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("describe", device);
        Assert.Equal(new TestCardProcess.Outcome(0, expected), outcome);
    }

    [Fact]
    public async Task A_number_of_cards_is_the_librarys_to_tell()
    {
        TestCardProcess.Outcome third = await TestCardProcess.Probe("describe", "gcu:2", "TESTCARD_COUNT=3");
        Assert.Equal(0, third.ExitCode);
        TestCardProcess.Outcome fourth = await TestCardProcess.Probe("describe", "gcu:3", "TESTCARD_COUNT=3");
        Assert.Equal(1, fourth.ExitCode);
        Assert.Contains("gcu:3: there are 3 devices of this kind, gcu:0 to gcu:2", fourth.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/libtorch_gcu.so", "/nowhere/libtorch_gcu.so cannot be loaded (looked for the file that OPENSORA_GCU_LIBRARY names)")]
    [InlineData("", "libtorch_gcu.so cannot be loaded (looked for in LD_LIBRARY_PATH")]
    [InlineData("libc.so.6", "libc.so.6 was loaded, but it brings no PrivateUse1 device")]
    public async Task Without_a_card_the_error_says_what_was_looked_for_and_where(string library, string expected)
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("describe", "gcu", $"{TestCard.Variable}={library}");
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("DeviceException", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Remedy: ", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_cards_says_so()
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("describe", "gcu", "TESTCARD_COUNT=0");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("finds no card", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TESTCARD_STRICT_MEMORY=0")]
    [InlineData("TESTCARD_STRICT_MEMORY=1")]
    public async Task A_network_has_the_bits_of_the_cpu_and_runs_on_the_card(string setting)
    {
        string report = Path.GetTempFileName();
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("network", "gcu:1", setting, $"{TestCard.ReportVariable}={report}");
        Assert.True(outcome.ExitCode == 0, outcome.Output);
        string[] hashes = [.. outcome.Output.Split().Where(word => word.Length > 0).Select(word => word[(word.IndexOf('=') + 1)..])];
        Assert.Equal(2, hashes.Length);
        Assert.Equal(hashes[0], hashes[1]);
        long[] kernels = TestCard.KernelsIn(report);
        Assert.Equal(0, kernels[0]);
        Assert.InRange(kernels[1], 20, 1000);
        File.Delete(report);
    }

    [Fact]
    public async Task An_attention_of_its_own_is_the_vendors_to_register() =>
        Assert.Equal(new TestCardProcess.Outcome(0, "fused=False\n"), await TestCardProcess.Probe("attention", "gcu"));

    /// <summary>
    /// Both attentions are one kernel in the count, and as many as they are cut into here, where torch has no fused one. The copy into the
    /// other layout is the switch's.
    /// </summary>
    [Fact]
    public async Task A_block_launches_as_many_kernels_as_the_planner_counts()
    {
        int Counted(TokenLayout layout) => BlockOperations.OfTorch.Kernels(layout) - 3;
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("block", "gcu");
        Assert.Equal($"spatial: {Counted(TokenLayout.Frames)} and 13 of attention; temporal: {Counted(TokenLayout.Positions)} and 13 of attention\n", outcome.Output);
    }

    /// <summary>The planner counts layers, not each small operation of the attention.</summary>
    [Fact]
    public async Task A_chunk_launches_about_as_many_kernels_as_the_planner_counts()
    {
        ClipGeometry clip = new(new FrameSize(32, 32), 17);
        DecodeWork work = new(ModelShape.Full, clip, new AutoencoderUnits(), elementSize: 4, onProcessor: false);
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("chunk", "gcu");
        Assert.InRange(work.Chunk(work.Chunks[0]).Kernels / long.Parse(outcome.Output, CultureInfo.InvariantCulture), 0.8, 1.2);
    }

    /// <summary>Without streams all is the same, but that copies are waited for.</summary>
    [Theory]
    [InlineData("copies", "TESTCARD_STREAMS=1", "overlaps=True same=True\n")]
    [InlineData("copies", "TESTCARD_STREAMS=0", "overlaps=False same=True\n")]
    [InlineData("sent", "TESTCARD_STREAMS=1", "bytes=4000 early=False same=True\n")]
    [InlineData("sent", "TESTCARD_STREAMS=0", "bytes=4000 early=True same=True\n")]
    public async Task Copies_go_on_beside_what_the_card_computes(string question, string setting, string expected)
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe(question, "gcu:1", setting, "TESTCARD_STRICT_MEMORY=1");
        Assert.Equal(new TestCardProcess.Outcome(0, expected), outcome);
    }

    [Theory]
    [InlineData("mixed", "TESTCARD_COUNT=2", "Expected all tensors to be on the same device")]
    [InlineData("network", "TESTCARD_FAIL_AFTER=20", "device error")]
    [InlineData("network", "TESTCARD_MEMORY_BYTES=100000", ": test card 0 is out of memory")]
    public async Task An_error_of_the_card_is_an_exception_with_its_words(string question, string setting, string expected)
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe(question, "gcu", setting);
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("ExternalException", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
    }
}
