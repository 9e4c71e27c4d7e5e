using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Supervision;
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

    /// <summary>A service's: five deaths are more than the three after which <c>generate</c> gives up.</summary>
    [Fact]
    public async Task ACardOfAServiceIsTriedForEver()
    {
        await using TestCluster cluster = await TestCluster.Start(0, TestCluster.Patient with { RestartDelay = TimeSpan.FromMilliseconds(1), MostRestartDelay = TimeSpan.FromMilliseconds(2) });
        await using LocalCards cards = new(cluster.Plan(1, "broken") with { IsPatient = true }, cluster.Directory, cluster.Options, cluster.Say);
        for (int i = 0; i < 1200 && !cluster.HasSaid("it ended 5 times before it did anything"); i++)
            await Task.Delay(50);
        Assert.True(cluster.HasSaid("it ended 5 times before it did anything"));
        Assert.Null(cluster.Directory.NoMoreExpected);
    }

    [Fact]
    public void PausesGrowUpToAMinute()
    {
        ClusterOptions options = new();
        Assert.Equal([0.2, 0.2, 0.4, 0.8, 1.6], Enumerable.Range(0, 5).Select(deaths => LocalCards.PauseAfter(deaths, options).TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(1), LocalCards.PauseAfter(10, options));
        Assert.Equal(TimeSpan.FromMinutes(1), LocalCards.PauseAfter(100_000, options));
    }

    [Fact]
    public async Task NoProcessIsLeftBehind()
    {
        int[] processes;
        await using (TestCluster cluster = await TestCluster.Start(2, TestCluster.Patient with { })) // not kept for another test
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
