using System.Globalization;

namespace OpenSora.Silo.Tests;

[Collection(CalmSilo.Name)]
public sealed class PortTests(CalmSilo calm)
{
    private const string IsListening = "0A", Loopback = "0100007F";

    [Fact]
    public async Task OneSiloListensWhereItSaysAndNowhereElse()
    {
        SiloProgram silo = calm.Silo;
        // Requests come to one port, cards to the other: both are of this machine alone.
        (string Address, int Port)[] open = [.. Listening(silo.ProcessId)];
        Assert.Equal(2, open.Length);
        Assert.Contains(silo.Client.BaseAddress!.Port, open.Select(one => one.Port));
        Assert.All(open, one => Assert.Equal(Loopback, one.Address));
        await Refused(new SiloStart { Cards = 0, Urls = $"{silo.Client.BaseAddress}" }, "address already in use; give addresses of this machine and free ports");
        await Refused(new SiloStart { Cards = 0, More = ["--no-such-flag"] }, "'--no-such-flag'; see: opensora serve -h");
    }

    [Fact]
    public async Task HelpIsOfTheCommandThatWasAsked()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { More = ["-h"] });
        await silo.Ended();
        Assert.Equal(0, silo.ExitCode);
        Assert.Contains("  opensora serve [options]", silo.Said, StringComparison.Ordinal);
        foreach (string flag in new[] { "--urls", "--cards", "--store", "--database", "--clustering", "--silo-endpoint", "--most-waiting", "--most-upload", "--ckpt-path-vae3d" })
            Assert.Contains($"  {flag} ", silo.Said, StringComparison.Ordinal);
    }

    private static async Task Refused(SiloStart start, string words)
    {
        await using SiloProgram silo = await SiloProgram.Start(start);
        await silo.Ended();
        Assert.Equal(2, silo.ExitCode);
        string line = Assert.Single(silo.Said.Split('\n'));
        Assert.StartsWith("opensora: ", line);
        Assert.Contains(words, line);
    }

    private static IEnumerable<(string Address, int Port)> Listening(int process)
    {
        HashSet<string> own = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>()];
        foreach (string table in new[] { "tcp", "tcp6" })
            foreach (string line in File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, _, IsListening, _, _, _, _, _, var inode, ..] && own.Contains($"socket:[{inode}]"))
                    yield return (local[..local.LastIndexOf(':')], int.Parse(local[(local.LastIndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
