using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OpenSora.Client.Tests;

/// <summary>A job as a collector sees it.</summary>
[Collection(SharedService.Name)]
public sealed class TelemetryTests(SharedService shared) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Three cards, which give the bytes of one.</summary>
    [Fact]
    public async Task AJobIsOneTraceFromTheSiloToTheSwitchesOfItsCards()
    {
        using OtlpReceiver collector = new(FreePort());
        const int steps = 3;
        string[] clip = ["generate", "--save-dir", _folder, "--image-size", "36", "50", "--prompt", "a very private ball", "--num-frames", "34", "--num-sampling-steps", $"{steps}", "--json"];
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            [.. clip, "--device", "cpu", "--threads", "1", "--cards", "3"],
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OPENSORA_TOKEN", "a very secret token"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        JsonNode report = JsonNode.Parse(outcome.Output)!;
        Assert.Equal(3, report["cardUses"]!.AsArray().Count);
        await shared.Program.Settle();
        ClientProgram.Outcome one = await ClientProgram.Run([.. clip, "--cards", "1", "--server", shared.Program.Address, "--sample-name", "one"]);
        Assert.True(one.ExitCode == 0, one.Errors);
        Assert.Equal(JsonNode.Parse(one.Output)!["sha256"]!.ToJsonString(), report["sha256"]!.ToJsonString());

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
            ReceivedSpan call = Assert.Single(ChildrenOf(rank)), asked = Assert.Single(ChildrenOf(call)), answer = Assert.Single(ChildrenOf(asked)), task = Assert.Single(ChildrenOf(answer));
            Assert.Equal(("opensora-silo", "ICardGrain/Denoise"), (call.Service, call.Name));
            Assert.Equal(("opensora-silo", "opensora-card"), (asked.Service, answer.Service));
            Assert.Equal(("opensora-card", "DenoiseTask"), (task.Service, task.Name));
            Assert.Equal(steps, ChildrenOf(task).Count(span => span.Name == "forward"));
        }
        ReceivedSpan decode = Assert.Single(ChildrenOf(job), span => span.Name == "decode");
        Assert.Equal(
            2, ChildrenOf(decode).Count(tile => tile.Name.StartsWith("decode chunk", StringComparison.Ordinal) && ChildrenOf(ChildrenOf(ChildrenOf(ChildrenOf(tile).Single()).Single()).Single()).Single().Name == "DecodeTask"));

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

    /// <summary>Of one that a client asked for, and of one whose caller has a trace: that goes on to the cards.</summary>
    [Fact]
    public async Task AServiceTellsOfItsJobsToo()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c", caller = "b7ad6b7169203331";
        using OtlpReceiver collector = new(FreePort());
        string address = $"http://127.0.0.1:{FreePort()}";
        using Process service = await Serve(address, Exporting(collector));
        ClientProgram.Outcome made = await ClientProgram.Run(["generate", "--server", address, "--prompt", "a very private ball", "--num-sampling-steps", "2", "--save-dir", _folder]);
        Assert.True(made.ExitCode == 0, made.Errors);
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        using HttpRequestMessage order = new(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(new { prompt = "a ball", size = "50x36", num_frames = "1", num_sampling_steps = 1 }) };
        order.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
        using HttpResponseMessage taken = await client.SendAsync(order);
        string id = (string)(await taken.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        for (string? status = null; status is not "completed"; await Task.Delay(100))
            Assert.NotEqual("failed", status = (string?)(await client.GetFromJsonAsync<JsonObject>($"/v1/videos/{id}"))!["status"]);
        await Stop(service);

        ReceivedSpan[] spans = [.. collector.Spans.Where(span => span.Trace != trace)], called = [.. collector.Spans.Where(span => span.Trace == trace)];
        ReceivedSpan asked = Assert.Single(spans, span => span.Name == "POST /v1/videos/"), job = Assert.Single(spans, span => span.Name == "job");
        Assert.Equal(("opensora-silo", ""), (asked.Service, asked.Parent));
        Assert.Equal(("opensora-silo", asked.Id), (job.Service, job.Parent));
        ReceivedSpan denoise = Assert.Single(spans, span => span.Name == "denoise" && span.Parent == job.Id);
        Assert.Contains(spans, span => span.Name.StartsWith("epoch", StringComparison.Ordinal) && span.Parent == denoise.Id);
        // The calls of grains are part of requests and of jobs: those by which the silo looks after itself, and progress that is told, are not there.
        Assert.Contains(spans, span => span.Name == "IClusterGrain/Enqueue" && span.Trace == job.Trace);
        Assert.DoesNotContain(collector.Spans, span => span.Name is "IGenerationGrain/Tell" or "IClusterGrain/Wake");
        Assert.All(spans.Where(span => span.Parent.Length == 0), root => Assert.Matches("^(GET|POST) /", root.Name));
        Assert.Contains("opensora.videos.ended", collector.TextOf("/v1/metrics"));
        Assert.DoesNotContain("a very private ball", collector.Text);

        Assert.Equal(caller, Assert.Single(called, span => span.Name == "POST /v1/videos/").Parent);
        Assert.All(new[] { "job", "denoise", "step 1" }, name => Assert.Equal("opensora-silo", Assert.Single(called, span => span.Name == name).Service));
        Assert.All(new[] { "DenoiseTask", "forward" }, name => Assert.Equal("opensora-card", Assert.Single(called, span => span.Name == name).Service));
    }

    /// <summary>And one frame is a picture.</summary>
    [Fact]
    public async Task NothingIsSentWhenAllIsSwitchedOff()
    {
        using OtlpReceiver collector = new(FreePort());
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            ["generate", "--save-dir", _folder, "--image-size", "36", "50", "--device", "cpu", "--threads", "1", "--prompt", "a ball", "--num-frames", "1", "--num-sampling-steps", "1"],
            [("OTEL_SDK_DISABLED", "true"), .. Exporting(collector)]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Empty(collector.Requests);
        Assert.EndsWith(".png", outcome.Output.TrimEnd());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(outcome.Output.TrimEnd())[..4]);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http://HOST:PORT")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json", "grpc or http/protobuf")]
    public async Task WhatCannotBeIsRefused(string variable, string value, string remedy)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["card", "lonely", "--join", "127.0.0.1:1"], (variable, value));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"{variable}={value}", outcome.Errors);
        Assert.Contains(remedy, outcome.Errors);
    }

    [Fact]
    public async Task WhatACardSaysIsLogged()
    {
        using OtlpReceiver collector = new(FreePort());
        using Process card = ClientProgram.Start(["card", "lonely", "--join", $"127.0.0.1:{FreePort()}", "--device", "cpu", "--threads", "1"], Exporting(collector));
        Assert.Contains("does not answer", await card.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));
        await Stop(card);
        Assert.Contains("does not answer", collector.TextOf("/v1/logs"));
    }

    /// <summary>Metrics go to nobody, traces to a collector, and logs, which have no endpoint, are not sent.</summary>
    [Fact]
    public async Task ACollectorThatIsAwayDoesNoHarm()
    {
        using OtlpReceiver collector = new(FreePort());
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            ["generate", "--save-dir", _folder, "--image-size", "36", "50", "--device", "cpu", "--threads", "1", "--prompt", "a ball", "--num-frames", "1", "--num-sampling-steps", "1"],
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"http://127.0.0.1:{FreePort()}/v1/metrics"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{collector.Address}/v1/traces"),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.NotEmpty(collector.Requests);
        Assert.DoesNotContain(collector.Requests, request => request.Path != "/v1/traces");
    }

    private async Task<Process> Serve(string address, params (string, string)[] environment)
    {
        Process service = ClientProgram.Start(
            ["serve", "--urls", address, "--cards", "1", "--threads", "1", "--device", "cpu", "--store", Path.Combine(_folder, "store")], environment);
        _ = service.StandardOutput.ReadToEndAsync();
        while (await service.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
        {
        }
        return service;
    }

    private static Task Stop(Process process)
    {
        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        return process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
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
