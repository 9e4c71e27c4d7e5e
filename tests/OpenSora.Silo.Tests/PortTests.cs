using System.Globalization;

namespace OpenSora.Silo.Tests;

public sealed class PortTests
{
    private const string Listening = "0A";

    /// <summary>One silo has nobody to let in but by its API.</summary>
    [Fact]
    public async Task OneSiloListensWhereItSaysAndNowhereElse()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Cards = 0 });
        Assert.Equal([silo.Client.BaseAddress!.Port], PortsOf(silo.ProcessId));
    }

    private static IEnumerable<int> PortsOf(int process)
    {
        HashSet<string> own = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>()];
        foreach (string table in new[] { "tcp", "tcp6" })
            foreach (string line in File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, _, Listening, _, _, _, _, _, var inode, ..] && own.Contains($"socket:[{inode}]"))
                    yield return int.Parse(local[(local.LastIndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
