using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenSora.Silo.Tests;

public sealed partial class HealthTests
{
    [Fact]
    public async Task LivesAndIsReadyWhileACardCanWork()
    {
        const string token = "a token of these tests";
        string endpoint;
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            endpoint = $"{free.LocalEndpoint}";
        }
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Cards = 0, More = ["--silo-endpoint", endpoint], Environment = new Dictionary<string, string> { ["OPENSORA_TOKEN"] = token } });
        using HttpClient anybody = new() { BaseAddress = silo.Client.BaseAddress };
        Assert.Equal(HttpStatusCode.OK, (await anybody.GetAsync("/health/live")).StatusCode);
        using HttpResponseMessage ready = await anybody.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("no card", await ready.Content.ReadAsStringAsync());
        ProcessStartInfo start = new(SiloProgram.Of("FakeCard"), ["far", "--join", endpoint, "--leash"]) { RedirectStandardInput = true };
        start.Environment["OPENSORA_TOKEN"] = token;
        using Process card = Process.Start(start)!;
        await Becomes(anybody, HttpStatusCode.OK);
        // Frozen, it still has its connections.
        Assert.Equal(0, Signal(card.Id, 19));
        await Becomes(anybody, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(0, Signal(card.Id, 18));
        await Becomes(anybody, HttpStatusCode.OK);
        card.Kill();
        await Becomes(anybody, HttpStatusCode.ServiceUnavailable);
    }

    private static async Task Becomes(HttpClient client, HttpStatusCode status)
    {
        for (long begin = Environment.TickCount64; Environment.TickCount64 - begin < 30_000; await Task.Delay(50))
            if ((await client.GetAsync("/health/ready")).StatusCode == status)
                return;
        Assert.Fail($"it never became {status}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
