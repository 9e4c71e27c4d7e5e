using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;

namespace OpenSora.Silo.Tests;

/// <summary>How a silo is started.</summary>
internal sealed record SiloStart
{
    /// <summary>Its store; null for a new folder that goes with it.</summary>
    public string? Store { get; init; }

    /// <summary>null leaves it to the program.</summary>
    public int? Cards { get; init; } = 1;

    public FakeSettings Settings { get; init; } = new();

    public string Urls { get; init; } = "http://127.0.0.1:0";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> More { get; init; } = [];
}

/// <summary>The silo program as users start it, with cards that compute next to nothing.</summary>
internal sealed class SiloProgram : IAsyncDisposable
{
    /// <summary>How long anything may take before a test is told that it hangs. No test waits this long when it passes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Of <see cref="FakeSettings.Gate"/>.</summary>
    public const string Gate = "go";

    private static readonly string Configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));

    private readonly Process _process;
    private readonly bool _ownsStore;
    private readonly List<string> _said = [];
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SiloProgram(SiloStart start)
    {
        _ownsStore = start.Store is null;
        Store = start.Store ?? Directory.CreateTempSubdirectory("opensora-silo-test").FullName;
        string marks = Directory.CreateDirectory(Path.Combine(Store, "marks")).FullName;
        ModelFolders models = (start.Settings with { Marks = marks }).ToModels();
        ProcessStartInfo info = new(Of("OpenSora.Silo"),
            [
                "serve", "--urls", start.Urls, .. start.Cards is { } cards ? new[] { "--cards", $"{cards}" } : [], "--threads", "1", "--store", Store,
                "--ckpt-path-dit", models.Dit!, "--ckpt-path-t5", models.T5!, "--ckpt-path-vae2d", models.Vae2d!, "--ckpt-path-vae3d", models.Vae3d!, "--leash", .. start.More,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        info.Environment["OPENSORA_CARD"] = Of("FakeCard");
        foreach ((string name, string value) in start.Environment)
            info.Environment[name] = value;
        _process = Process.Start(info)!;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _ = _process.WaitForExitAsync().ContinueWith(_ => _address.TrySetResult(null), TaskScheduler.Default);
        Client = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };
        if (start.Environment.TryGetValue("OPENSORA_TOKEN", out string? token))
            Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public string Store { get; }

    /// <summary>With its address and token.</summary>
    public HttpClient Client { get; }

    public int ProcessId => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <summary>All lines that it wrote.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    public static string Of(string program) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", program, Configuration, program));

    /// <summary>Starts one and waits until it listens, or has ended.</summary>
    public static async Task<SiloProgram> Start(SiloStart? start = null)
    {
        SiloProgram silo = new(start ?? new SiloStart());
        if (await silo._address.Task.WaitAsync(Patience) is { } address)
            silo.Client.BaseAddress = address;
        return silo;
    }

    /// <summary>A small clip of three chunks in five steps.</summary>
    public static JsonObject Request(string prompt = "a fake") => new() { ["prompt"] = prompt, ["size"] = "24x16", ["num_frames"] = 51, ["num_sampling_steps"] = 5 };

    /// <summary>Cards of a silo with a gate go on beyond the first step.</summary>
    public void OpenGate() => File.WriteAllText(GateFile, "");

    public void CloseGate() => File.Delete(GateFile);

    private string GateFile => Path.Combine(Store, "marks", Gate);

    /// <summary>Asks again while it says that it cannot now.</summary>
    public async Task<string> Submit(JsonObject? request = null, string? key = null)
    {
        string body = await Answer(() =>
        {
            HttpRequestMessage message = new(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(request ?? Request()) };
            if (key is not null)
                message.Headers.Add("Idempotency-Key", key);
            return message;
        });
        return (string)JsonNode.Parse(body)!["id"]!;
    }

    /// <summary>Asks again while it says that it cannot now.</summary>
    public async Task<JsonObject> Video(string id) => JsonNode.Parse(await Answer(() => new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{id}")))!.AsObject();

    public Task<JsonObject> Completed(string id) => Until(id, video => (string?)video["status"] is "completed" or "failed", "completed");

    /// <summary>Asks until something holds.</summary>
    /// <param name="status">Which it must be then; null for any.</param>
    public async Task<JsonObject> Until(string id, Func<JsonObject, bool> holds, string? status = null)
    {
        JsonObject video = [];
        await Until(async () => holds(video = await Video(id)), () => $"{video}; {Said}");
        Assert.True(status is null || (string?)video["status"] == status, video.ToJsonString());
        return video;
    }

    /// <summary>Waits until so many cards have joined.</summary>
    public Task UntilCards(int count) => Until(
        async () => JsonNode.Parse(await Answer(() => new HttpRequestMessage(HttpMethod.Get, "/v1/cards")))!["data"]!.AsArray().Count >= count, () => Said);

    /// <param name="now">In words, what there is instead.</param>
    public static async Task Until(Func<Task<bool>> holds, Func<string> now)
    {
        for (long begin = Environment.TickCount64; !await holds(); await Task.Delay(30))
            if (Environment.TickCount64 - begin > Patience.TotalMilliseconds)
                throw new TimeoutException(now());
    }

    private async Task<string> Answer(Func<HttpRequestMessage> ask)
    {
        string body = "";
        await Until(
            async () =>
            {
                using HttpRequestMessage message = ask();
                using HttpResponseMessage response = await Client.SendAsync(message);
                body = await response.Content.ReadAsStringAsync();
                Assert.True(response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.ServiceUnavailable, body);
                return response.IsSuccessStatusCode;
            },
            () => $"{body}; {Said}");
        return body;
    }

    /// <summary>As kill -9 does.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Tells it to end, and waits until it has.</summary>
    public Task Stop()
    {
        _process.StandardInput.Close();
        return Ended();
    }

    public Task Ended() => _process.WaitForExitAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await Stop();
        _process.Dispose();
        Client.Dispose();
        if (_ownsStore)
            Directory.Delete(Store, recursive: true);
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.Add(line);
        const string listening = "listening on ";
        if (line.IndexOf(listening, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new Uri(line[(at + listening.Length)..]));
    }
}
