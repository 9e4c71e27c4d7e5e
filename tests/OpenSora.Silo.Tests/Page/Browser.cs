using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenSora.Silo.Tests.Page;

/// <summary>A page in headless Chromium, over its DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private int _calls;

    private Browser(Process process, DirectoryInfo profile) => (_process, _profile) = (process, profile);

    public static async Task<Browser> Open(Uri page)
    {
        DirectoryInfo profile = Directory.CreateTempSubdirectory("opensora-browser");
        ProcessStartInfo start = new("chromium",
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-sync", "--no-first-run", "--no-default-browser-check", "--no-proxy-server", "--autoplay-policy=no-user-gesture-required", "--window-size=1100,900", "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "about:blank"])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("there is no Chromium here: apt-get install chromium (./test.sh does)", missing);
        }
        Browser browser = new(process, profile);
        string? line;
        const string listening = "DevTools listening on ";
        do
            line = await process.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        while (line is not null && !line.StartsWith(listening, StringComparison.Ordinal));
        Uri tools = new(line![listening.Length..]);
        process.BeginOutputReadLine();
        _ = process.StandardError.ReadToEndAsync();
        using HttpClient http = new();
        JsonArray targets = (await http.GetFromJsonAsync<JsonArray>($"http://{tools.Authority}/json"))!;
        await browser._socket.ConnectAsync(new Uri((string)targets.First(target => (string?)target!["type"] == "page")!["webSocketDebuggerUrl"]!), CancellationToken.None);
        await browser.Go(page);
        return browser;
    }

    public Task Go(Uri page) => Call("Page.navigate", new JsonObject { ["url"] = page.ToString() });

    /// <summary>Gives the page another size, in CSS pixels.</summary>
    public Task Resize(int width, int height) =>
        Call("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>Presses Escape, as a person does.</summary>
    public async Task Escape()
    {
        foreach (string type in new[] { "rawKeyDown", "keyUp" })
            await Call("Input.dispatchKeyEvent", new JsonObject { ["type"] = type, ["key"] = "Escape", ["code"] = "Escape", ["windowsVirtualKeyCode"] = 27 });
    }

    /// <summary>What an expression gives; promises are awaited.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        JsonNode answer = await Call("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true, ["userGesture"] = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer["exceptionDetails"]?.ToJsonString()}");
        return answer["result"]!["value"]?.DeepClone();
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task Until(string expression)
    {
        for (long begin = Environment.TickCount64; Environment.TickCount64 - begin < 60_000; await Task.Delay(50))
            if (await Evaluate($"Boolean({expression})") is { } value && (bool)value)
                return;
        Assert.Fail($"never true: {expression}; the page: {await Evaluate("document.body.innerText")}");
    }

    /// <summary>Waits for an element and clicks it.</summary>
    public async Task Click(string selector)
    {
        string found = $"document.querySelector({JsonSerializer.Serialize(selector)})";
        await Until(found);
        await Evaluate($"{found}.click()");
    }

    /// <summary>The page as a PNG file.</summary>
    public async Task<byte[]> Screenshot() => Convert.FromBase64String((string)(await Call("Page.captureScreenshot", []))["data"]!);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        for (int i = 0; _profile.Exists && i < 50; i++, _profile.Refresh())
        {
            try
            {
                _profile.Delete(recursive: true);
            }
            catch (IOException)
            {
                await Task.Delay(100); // its helpers end a moment later
            }
        }
    }

    private async Task<JsonNode> Call(string method, JsonObject arguments)
    {
        int call = ++_calls;
        byte[] message = Encoding.UTF8.GetBytes(new JsonObject { ["id"] = call, ["method"] = method, ["params"] = arguments }.ToJsonString());
        await _socket.SendAsync(message, WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            using MemoryStream text = new();
            byte[] buffer = new byte[1 << 16];
            WebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
                text.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);
            JsonNode answer = JsonNode.Parse(text.ToArray())!;
            if ((int?)answer["id"] == call)
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
        }
    }
}
