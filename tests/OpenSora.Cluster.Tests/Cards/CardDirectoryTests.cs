using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Cards;

public sealed class CardDirectoryTests
{
    private readonly CardDirectory _directory = new();

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
    public void ACardHasOneJobAtATime()
    {
        _directory.Welcome(Description("a", "1"));
        _directory.Welcome(Description("b", "1"));
        Card first = _directory.Lease("one", _ => true)!, second = _directory.Lease("two", _ => true)!;
        Assert.Equal(["a", "b"], [first.Name, second.Name]);
        Assert.Null(_directory.Lease("three", _ => true));
        _directory.Release(first);
        Assert.Null(_directory.Lease("three", card => card.Name != "a"));
        Assert.Same(first, _directory.Lease("three", _ => true));
    }

    [Fact]
    public void ACardThatIsAboutToLeaveIsNotLent()
    {
        _directory.Welcome(Description("a", "1"));
        Task changed = _directory.Changed;
        _directory.See(_directory.Cards[0], CardState.Draining);
        Assert.True(changed.IsCompleted);
        Assert.Null(_directory.Lease("one", _ => true));
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
