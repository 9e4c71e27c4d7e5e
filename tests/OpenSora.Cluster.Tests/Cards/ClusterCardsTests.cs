using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Cards;

public sealed class ClusterCardsTests
{
    private readonly ClusterCards _directory = new();

    [Fact]
    public void ANewStartOfACardTakesTheOldOnesPlace()
    {
        _directory.Welcome(Description("a", "1"));
        Card old = _directory.Cards[0];
        _directory.Welcome(Description("a", "2"));
        Assert.True(old.IsGone);
        Assert.Equal("2", Assert.Single(_directory.Cards).Description.Instance);
        _directory.Leave("a", "1");
        Assert.Single(_directory.Cards);
        _directory.Leave("a", "2");
        Assert.Empty(_directory.Cards);
    }

    [Fact]
    public void WhatIsBuriedIsToldAndGone()
    {
        List<Card> buried = [];
        _directory.Buried += buried.Add;
        _directory.Welcome(Description("a", "1"));
        Card card = _directory.Cards[0];
        Task changed = _directory.Changed;
        _directory.Bury(card, "it is dead");
        Assert.Equal(("it is dead", true), (card.BuriedFor, card.IsGone));
        Assert.Equal([card], buried);
        Assert.True(changed.IsCompleted);
        Assert.Empty(_directory.Cards);
    }

    [Fact]
    public async Task ACardThatAnotherSiloKnowsIsWaitedFor()
    {
        Task<Card?> found = _directory.Find("2", TimeSpan.FromMinutes(1));
        _directory.Welcome(Description("a", "1"));
        Assert.False(found.IsCompleted);
        _directory.Welcome(Description("a", "2"));
        Assert.Same(_directory.Cards[0], await found.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Null(await _directory.Find("3", TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void ACardThatIsAboutToLeaveIsNotUsable()
    {
        _directory.Welcome(Description("a", "1"));
        Task changed = _directory.Changed;
        _directory.See(_directory.Cards[0], CardState.Draining);
        Assert.True(changed.IsCompleted);
        Assert.False(_directory.Cards[0].IsUsable);
    }

    internal static CardDescription Description(string name, string instance) => new()
    {
        Name = name,
        Instance = instance,
        Links = "tcp:127.0.0.1:1",
        Device = "cpu",
        Kind = "test",
        Threads = 1,
        MemoryBytes = 1,
        Build = "test",
        Protocol = CardProtocol.Version,
        ProcessId = 1,
    };
}
