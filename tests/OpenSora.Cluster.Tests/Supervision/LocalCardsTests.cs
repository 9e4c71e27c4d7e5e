using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Tests.Supervision;

public sealed class LocalCardsTests
{
    [Theory]
    [InlineData("-KILL")]
    [InlineData("-STOP")]
    public async Task ACardThatDiesOrFreezesIsReplaced(string signal)
    {
        await using TestCluster cluster = await TestCluster.Start(1, TestCluster.Quick with { Silence = TimeSpan.FromSeconds(1.5) });
        Card first = (await cluster.Cards(1))[0];
        Signal(signal, first.Description.ProcessId);
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (cluster.Directory.Cards is not [{ IsGone: false } card] || card.Description.ProcessId == first.Description.ProcessId)
            await Task.WhenAny(cluster.Directory.Changed, Task.Delay(100, deadline.Token));
        Assert.False(Directory.Exists($"/proc/{first.Description.ProcessId}"));
        Assert.Contains(cluster.Said, line => line.Contains("card-0 ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ADeviceThatIsNotThereIsRefusedInItsOwnWords()
    {
        await using TestCluster cluster = await TestCluster.Start(1, device: "tpu");
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Generate(cluster.Request("refused")));
        Assert.Equal("--device tpu is not known: give cpu", refused.Message);
    }

    [Fact]
    public async Task ACardThatDiesAgainAndAgainIsGivenUpInWords()
    {
        await using TestCluster cluster = await TestCluster.Start(1, device: "broken");
        CardException failed = await Assert.ThrowsAsync<CardException>(() => cluster.Generate(cluster.Request("broken")));
        Assert.Contains("card-0 ended 3 times", failed.Message);
        Assert.Contains("the driver is upset", failed.Message);
    }

    [Fact]
    public async Task NoProcessIsLeftBehind()
    {
        int[] processes;
        await using (TestCluster cluster = await TestCluster.Start(2))
        {
            processes = [.. (await cluster.Cards(2)).Select(card => card.Description.ProcessId)];
            Signal("-STOP", processes[0]);
        }
        Assert.DoesNotContain(processes, id => Directory.Exists($"/proc/{id}"));
    }

    private static void Signal(string signal, int process)
    {
        using Process kill = Process.Start("kill", [signal, $"{process}"]);
        kill.WaitForExit();
    }
}
