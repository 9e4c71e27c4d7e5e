using System.Diagnostics;

namespace OpenSora.Client.Tests;

/// <summary>A job as a collector sees it.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AJobIsOneTraceFromTheSiloToTheSwitchesOfItsCards()
    {
        using OtlpReceiver collector = new(FreePort());
        const int steps = 3;
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            ["generate", "--save-dir", _folder, "--image-size", "36", "50", "--device", "cpu", "--threads", "1", "--cards", "3", "--prompt", "a very private ball",
                "--num-frames", "34", "--num-sampling-steps", $"{steps}"],
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OPENSORA_TOKEN", "a very secret token"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        IReadOnlyList<ReceivedSpan> spans = collector.Spans;
        Dictionary<string, ReceivedSpan> byId = spans.ToDictionary(span => span.Id);
        ReceivedSpan job = Assert.Single(spans, span => span.Name == "job");
        Assert.Equal(("opensora-silo", ""), (job.Service, job.Parent));
        Assert.All(spans, span => Assert.Equal(job.Trace, span.Trace));
        Assert.Equal(["decode", "denoise", "encode", "load"], ChildrenOf(job).Select(span => span.Name).Where(name => !name.Contains(" on ", StringComparison.Ordinal)).Distinct().Order());

        ReceivedSpan denoise = Assert.Single(ChildrenOf(job), span => span.Name == "denoise");
        ReceivedSpan epoch = Assert.Single(ChildrenOf(denoise), span => span.Name.StartsWith("epoch", StringComparison.Ordinal));
        Assert.Equal(["step 1", "step 2", "step 3"], Named(ChildrenOf(epoch), "step"));
        Assert.Equal(
            ["denoise as rank 0", "denoise as rank 1", "denoise as rank 2"], Named(ChildrenOf(epoch), "denoise as").Select(name => name.Split(" on ")[0]));
        foreach (ReceivedSpan rank in ChildrenOf(epoch).Where(span => span.Name.StartsWith("denoise as", StringComparison.Ordinal)))
        {
            ReceivedSpan task = Assert.Single(ChildrenOf(rank));
            Assert.Equal(("opensora-card", "DenoiseTask"), (task.Service, task.Name));
            Assert.Equal(steps, ChildrenOf(task).Count(span => span.Name == "forward"));
        }
        ReceivedSpan decode = Assert.Single(ChildrenOf(job), span => span.Name == "decode");
        Assert.Equal(2, ChildrenOf(decode).Count(tile => tile.Name.StartsWith("decode chunk", StringComparison.Ordinal) && ChildrenOf(tile).Single().Name == "DecodeTask"));

        // The demo model has 3 + 3 blocks: 6 switches for each half of guidance that a rank computes.
        ReceivedSpan[] switches = [.. spans.Where(span => span.Name == "switch")];
        Assert.All(switches, span => Assert.Equal("forward", byId[span.Parent].Name));
        Assert.All(switches.CountBy(span => span.Parent), forward => Assert.Contains(forward.Value, new[] { 6, 12 }));
        Assert.Equal(3 * steps, switches.DistinctBy(span => span.Parent).Count());
        Assert.All(new[] { "opensora.step", "opensora.switched", "opensora.cards" }, metric => Assert.Contains(metric, collector.TextOf("/v1/metrics")));
        Assert.DoesNotContain("a very private ball", collector.Text);
        Assert.DoesNotContain("a very secret token", collector.Text);

        List<ReceivedSpan> ChildrenOf(ReceivedSpan parent) => [.. spans.Where(span => span.Parent == parent.Id)];
    }

    [Fact]
    public async Task AServiceTellsOfItsJobsToo()
    {
        using OtlpReceiver collector = new(FreePort());
        string address = $"http://127.0.0.1:{FreePort()}";
        using Process service = ClientProgram.Start(
            ["serve", "--urls", address, "--cards", "1", "--threads", "1", "--device", "cpu", "--store", Path.Combine(_folder, "store")], Exporting(collector));
        _ = service.StandardOutput.ReadToEndAsync();
        while (await service.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
        {
        }
        ClientProgram.Outcome made = await ClientProgram.Run(["generate", "--server", address, "--prompt", "a very private ball", "--num-sampling-steps", "2", "--save-dir", _folder]);
        Assert.True(made.ExitCode == 0, made.Errors);
        Process.Start("kill", ["-TERM", $"{service.Id}"]).WaitForExit();
        await service.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        ReceivedSpan job = Assert.Single(collector.Spans, span => span.Name == "job");
        Assert.Equal(("opensora-silo", ""), (job.Service, job.Parent));
        ReceivedSpan denoise = Assert.Single(collector.Spans, span => span.Name == "denoise" && span.Parent == job.Id);
        Assert.Contains(collector.Spans, span => span.Name.StartsWith("epoch", StringComparison.Ordinal) && span.Parent == denoise.Id);
        Assert.Contains("opensora.videos.ended", collector.TextOf("/v1/metrics"));
        Assert.DoesNotContain("a very private ball", collector.Text);
    }

    [Fact]
    public async Task WhatACardSaysIsLogged()
    {
        using OtlpReceiver collector = new(FreePort());
        using Process card = ClientProgram.Start(["card", "lonely", "--join", $"http://127.0.0.1:{FreePort()}", "--device", "cpu", "--threads", "1"], Exporting(collector));
        Assert.Contains("does not answer", await card.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));
        Process.Start("kill", ["-TERM", $"{card.Id}"]).WaitForExit();
        await card.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("does not answer", collector.TextOf("/v1/logs"));
    }

    [Fact]
    public async Task ACollectorThatIsAwayDoesNoHarm()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            ["generate", "--save-dir", _folder, "--image-size", "36", "50", "--device", "cpu", "--threads", "1", "--prompt", "a ball", "--num-frames", "1", "--num-sampling-steps", "1"],
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort()}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    private static (string, string)[] Exporting(OtlpReceiver collector) => [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];

    private static IEnumerable<string> Named(IEnumerable<ReceivedSpan> spans, string start) =>
        spans.Select(span => span.Name).Where(name => name.StartsWith(start, StringComparison.Ordinal)).Order();

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
