using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;

namespace OpenSora.Cluster.Tests.Cards;

/// <summary>Cards that join a coordinator's cluster: who is let in, and what becomes known of them.</summary>
public sealed class CardWatchTests
{
    [Fact]
    public async Task ACardThatIsKilledIsGoneWhenItIsBuriedAndItsNameIsFree()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using Process first = cluster.StartCard("a");
        Card card = (await cluster.Cards(1))[0];
        first.Kill();
        await first.WaitForExitAsync();
        cluster.Directory.Bury(card, "its process ended");
        using Process second = cluster.StartCard("a");
        Card again = (await cluster.Cards(1))[0];
        Assert.NotEqual(card.Description.Instance, again.Description.Instance);
        Assert.Equal(CardState.Idle, (await cluster.Client.Probe(again, CancellationToken.None))!.State);
        Assert.Null(await cluster.Client.Probe(card, CancellationToken.None));
        await End(second);
    }

    [Fact]
    public async Task ACardThatLeavesIsGone()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using Process card = cluster.StartCard("a");
        await cluster.Cards(1);
        Process.Start("kill", [card.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).Dispose();
        await card.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(ExitCode.Done, card.ExitCode);
        await Until(cluster, () => cluster.Directory.Cards.Count == 0);
    }

    [Fact]
    public async Task ASecondCardOfANameIsRefusedInWords()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using Process first = cluster.StartCard("a");
        Card card = (await cluster.Cards(1))[0];
        using Process second = cluster.StartCard("a");
        await second.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(ExitCode.BadInput, second.ExitCode);
        Assert.Contains("give each card a name of its own", await second.StandardError.ReadToEndAsync());
        Assert.Equal(CardState.Idle, (await cluster.Client.Probe(card, CancellationToken.None))!.State);
        await End(first);
    }

    [Fact]
    public async Task ACardWithoutTheTokenIsNotLetIn()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using Process stranger = cluster.StartCardWith("another secret", "stranger");
        using Process member = cluster.StartCard("member");
        await cluster.Cards(1);
        await stranger.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(ExitCode.BadInput, stranger.ExitCode);
        Assert.Contains("has another token: give both the same OPENSORA_TOKEN", await stranger.StandardError.ReadToEndAsync());
        Assert.Equal("member", Assert.Single(cluster.Directory.Cards).Name);
        Assert.DoesNotContain(cluster.Of<IClusterMembershipService>().CurrentSnapshot.Members.Values, silo => silo.Name == OnItsCard.SiloOf("stranger"));
        await End(member);
    }

    [Fact]
    public async Task ACardOfAnotherProtocolGetsNoWork()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using Process other = cluster.StartCard("other", "--protocol", "7");
        using Process own = cluster.StartCard("own");
        await Until(cluster, () => cluster.Of<IClusterMembershipService>().CurrentSnapshot.Members.Values.Count(silo => silo.Status == SiloStatus.Active) == 3);
        await cluster.Cards(1);
        Assert.Equal("own", Assert.Single(cluster.Directory.Cards).Name);
        await End(other);
        await End(own);
    }

    [Fact]
    public async Task ATaskOfAnOlderEpochIsRefused()
    {
        CardDesk desk = new();
        using (IDisposable seat = (await desk.Take("job", 5, TimeSpan.Zero, CancellationToken.None)).Seat!)
            Assert.Equal(Refusal.Busy, (await desk.Take("job", 6, TimeSpan.Zero, CancellationToken.None)).Why);
        Assert.Equal((null, Refusal.OlderEpoch), await desk.Take("job", 4, TimeSpan.Zero, CancellationToken.None));
        (await desk.Take("job", 5, TimeSpan.Zero, CancellationToken.None)).Seat!.Dispose();
        (await desk.Take("other", 1, TimeSpan.Zero, CancellationToken.None)).Seat!.Dispose();
        desk.Drain();
        Assert.Equal((null, Refusal.Leaving), await desk.Take("other", 2, TimeSpan.Zero, CancellationToken.None));
    }

    private static async Task Until(TestCluster cluster, Func<bool> holds)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (!holds())
            await Task.WhenAny(cluster.Directory.Changed, Task.Delay(50, deadline.Token));
    }

    private static async Task End(Process card)
    {
        card.StandardInput.Close();
        await card.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }
}
