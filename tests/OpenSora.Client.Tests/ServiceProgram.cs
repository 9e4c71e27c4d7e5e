using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OpenSora.Client.Tests;

/// <summary>
/// A service with two cards of one thread and the demo model, as a user runs it, for all tests that need no other: each finds it without
/// videos, and may kill what it likes of it.
/// </summary>
internal sealed partial class ServiceProgram : IAsyncDisposable
{
    /// <summary>What this many steps were done of stands still while it is <see cref="Hold">held</see>.</summary>
    public const int HeldStep = 36;

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-service").FullName;
    private readonly HttpClient _http;
    private readonly Dictionary<string, int> _endedBefore = [];
    private Process? _process;

    public ServiceProgram()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        _http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromMinutes(1) };
    }

    public string Address { get; }

    /// <summary>Its card processes, by the number in their names.</summary>
    public IReadOnlyDictionary<string, int> CardProcesses => Processes.CardsOf(_process!.Id);

    private string Held => Path.Combine(_folder, "held");

    private string Store => Path.Combine(_folder, "store");

    /// <summary>Whether a step of a job is kept: steps do not wait for a busy disk.</summary>
    public bool IsAStepKept => Directory.EnumerateFiles(Store, "step", SearchOption.AllDirectories).Any();

    /// <summary>For a test: two cards, no video, and nothing counted.</summary>
    public async Task Settle()
    {
        Release();
        if (_process is not { HasExited: false })
            await Begin();
        foreach (JsonNode? video in await Videos())
            (await _http.DeleteAsync($"/v1/videos/{video!["id"]}")).EnsureSuccessStatusCode();
        await Until(async () => (await Cards()).Count(card => (string?)card!["state"] == "idle") == 2);
        foreach (string status in new[] { "completed", "cancelled", "failed" })
            _endedBefore[status] = await Counted(status);
    }

    /// <summary>From now on no video comes beyond <see cref="HeldStep"/>.</summary>
    public void Hold() => File.WriteAllText(Held, "");

    public void Release() => File.Delete(Held);

    /// <summary>Waits until so many videos stand at <see cref="HeldStep"/>.</summary>
    public Task UntilHeld(int videos = 1) => Until(async () => (await Videos()).Count(video => (string?)video!["stage"] == "denoise" && (int)video["step"]! == HeldStep) == videos);

    /// <summary>Returns when both cards have joined.</summary>
    public async Task Begin()
    {
        _endedBefore.Clear();
        _process = ClientProgram.Start(
            ["serve", "--urls", Address, "--cards", "2", "--threads", "1", "--store", Store],
            [.. ClientProgram.Patient, ("OPENSORA_CLUSTER_FAILURES_TO_REST", "1000"), ("OPENSORA_CLUSTER_MOST_QUICK_DEATHS", "1000"), ("OPENSORA_FAULTS", $"hold={Held}@step={HeldStep}:before-switch")]);
        string said = "";
        while (await _process.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
            said += line;
        Assert.False(_process.HasExited, said);
        // Its pipes must not fill up.
        _process.BeginOutputReadLine();
        _ = _process.StandardError.ReadToEndAsync();
        try
        {
            await Until(async () => (await Cards()).Count == 2);
        }
        catch
        {
            // Nobody else ends it: what was not begun is not ended.
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills its coordinator, as kill -9 does, and waits until all that it started has ended.</summary>
    public async Task KillCoordinator()
    {
        IReadOnlyList<int> all = Processes.Descendants(_process!.Id);
        Process.Start("kill", ["-KILL", $"{Processes.CoordinatorOf(_process.Id)}"]).WaitForExit();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await Until(() => Task.FromResult(!all.Any(Processes.Exists)));
    }

    public async Task<JsonArray> Videos() => (await _http.GetFromJsonAsync<JsonObject>("/v1/videos?limit=100"))!["data"]!.AsArray();

    public async Task<JsonArray> Cards() => (await _http.GetFromJsonAsync<JsonObject>("/v1/cards"))!["data"]!.AsArray();

    /// <summary>Videos that have ended so since the last <see cref="Settle"/> or <see cref="Begin"/>, removed ones included.</summary>
    public async Task<int> Ended(string status) => await Counted(status) - _endedBefore.GetValueOrDefault(status);

    private async Task<int> Counted(string status) => Metric().Matches(await _http.GetStringAsync("/metrics"))
        .Where(line => line.Value.Contains($"status=\"{status}\"", StringComparison.Ordinal))
        .Sum(line => int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is { HasExited: false })
        {
            Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static async Task Until(Func<Task<bool>> holds)
    {
        for (long begin = Environment.TickCount64; !await holds(); await Task.Delay(50))
            if (Environment.TickCount64 - begin > 300_000)
                throw new TimeoutException("what is waited for does not come");
    }

    [GeneratedRegex("^opensora_videos_ended_total\\{.*\\} (\\d+)", RegexOptions.Multiline)]
    private static partial Regex Metric();
}

/// <summary>For tests that share a service.</summary>
[CollectionDefinition(Name)]
public sealed class SharedService : IAsyncLifetime, ICollectionFixture<SharedService>
{
    public const string Name = "a service";

    internal ServiceProgram Program { get; } = new();

    public Task InitializeAsync() => Program.Begin();

    public async Task DisposeAsync() => await Program.DisposeAsync();
}
