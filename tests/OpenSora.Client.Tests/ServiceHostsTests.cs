using System.Diagnostics;
using System.Text.Json.Nodes;

namespace OpenSora.Client.Tests;

/// <summary>A service on three hosts: its silo on one, a card on each of the others.</summary>
public sealed class ServiceHostsTests : IDisposable
{
    private static readonly (string, string) Token = ("OPENSORA_TOKEN", "a secret of this test");
    private static readonly string[] Clip =
        ["--prompt", "a red ball", "--image-size", "36", "50", "--num-frames", "20", "--num-sampling-steps", "60"];

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    [HostsFact]
    public async Task AJobGoesOnWhenACardsHostIsCutOff()
    {
        ClientProgram.Outcome calm = await ClientProgram.Run(["generate", .. Clip, "--device", "cpu", "--threads", "1", "--save-dir", _folder, "--json"]);
        Assert.True(calm.ExitCode == 0, calm.Errors);

        string held = Path.Combine(_folder, "held");
        File.WriteAllText(held, "");
        using Hosts hosts = new("silo", "a", "b");
        string address = $"http://{hosts.Address("silo")}:8080";
        Start(hosts, "silo", ["serve", "--urls", address, "--silo-endpoint", $"{hosts.Address("silo")}:11111", "--cards", "0", "--store", Path.Combine(_folder, "store")]);
        foreach (string host in new[] { "a", "b" })
            Start(hosts, host,
                ["card", host, "--join", $"{hosts.Address("silo")}:11111", "--device", "cpu", "--threads", "1", "--listen", $"{hosts.Address(host)}:0", "--links", $"tcp:{hosts.Address(host)}:0"],
                ("OPENSORA_FAULTS", $"hold={held}@step=32:before-switch"));
        await Until(async () => (await Ask(hosts, address, "cards"))?.AsArray().Count == 2);

        string id = (string)(await Ask(hosts, address, ["submit", .. Clip, "--cards", "2"]))!["id"]!;
        await Until(async () => (int?)(await Ask(hosts, address, "status", id))!["step"] >= 30);
        hosts.Cut("b");
        File.Delete(held);
        JsonNode done = (await Ask(hosts, address, "watch", id, "--save-dir", _folder))!;
        Assert.Equal(JsonNode.Parse(calm.Output)!["sha256"]!.ToJsonString(), done["sha256"]!.ToJsonString());
        Assert.Equal(["a", "b"], done["cardUses"]!.AsArray().Select(use => (string)use!["name"]!).Order());
        string[] losses = [.. done["losses"]!.AsArray().Select(loss => (string)loss!["name"]!)];
        Assert.Contains("b", losses);
        Assert.InRange((int)done["recomputedSteps"]!, 0, losses.Length);
        Assert.Equal("a", (string?)Assert.Single((await Ask(hosts, address, "cards"))!.AsArray())!["name"]);
    }

    private void Start(Hosts hosts, string host, string[] line, params (string, string)[] environment)
    {
        Process process = ClientProgram.StartWithin(hosts.Within(host), line, [Token, .. environment]);
        _processes.Add(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A client on the silo's host.</summary>
    /// <returns>What it tells; null when it cannot.</returns>
    private static async Task<JsonNode?> Ask(Hosts hosts, string address, params string[] line)
    {
        using Process client = ClientProgram.StartWithin(hosts.Within("silo"), [.. line, "--server", address, "--json"], Token);
        Task<string> errors = client.StandardError.ReadToEndAsync();
        string told = await client.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await client.WaitForExitAsync();
        Assert.True(client.ExitCode is 0 or 4, $"{string.Join(' ', line)}: {await errors}");
        return client.ExitCode == 0 ? JsonNode.Parse(told) : null;
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        for (long begin = Environment.TickCount64; !await holds(); await Task.Delay(100))
            Assert.InRange(Environment.TickCount64 - begin, 0, 120_000);
    }
}
