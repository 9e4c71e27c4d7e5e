using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OpenSora.Client.Tests;

/// <summary>A service with two cards of one thread and the demo model, as a user runs it; it may be killed and begun again.</summary>
internal sealed partial class ServiceProgram : IAsyncDisposable
{
    private readonly string _store;
    private readonly HttpClient _http;
    private Process? _process;

    public ServiceProgram(string store)
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        (_store, Address) = (store, $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}");
        _http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromMinutes(1) };
    }

    public string Address { get; }

    /// <summary>Its card processes, by the number in their names.</summary>
    public IReadOnlyDictionary<string, int> CardProcesses => Processes.CardsOf(_process!.Id);

    /// <summary>Returns when both cards have joined.</summary>
    public async Task Begin()
    {
        _process = ClientProgram.Start(["serve", "--urls", Address, "--cards", "2", "--threads", "1", "--store", _store], ClientProgram.Patient);
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
            // Nobody else ends it: a test that was not begun is not ended.
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

    /// <summary>Videos that have ended so since the last <see cref="Begin"/>, removed ones included.</summary>
    public async Task<int> Ended(string status) => Metric().Matches(await _http.GetStringAsync("/metrics"))
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
