using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Cards;

public sealed class CardDirectoryTests
{
    private readonly ManualTime _time = new();
    private readonly ClusterOptions _options = new();
    private readonly CardDirectory _directory;

    public CardDirectoryTests() => _directory = new CardDirectory(_options, _time);

    [Fact]
    public void ACardThatSaysNothingIsGone()
    {
        _directory.Register(Registration("a", "1"));
        _directory.Register(Registration("b", "1"));
        Card silent = _directory.Cards[0];
        _time.Advance(_options.Silence / 2);
        Assert.Equal(Reception.Taken, _directory.Hear("b", new CardHeartbeat("1", CardState.Idle, 0)));
        Task changed = _directory.Changed;
        _time.Advance(_options.Silence * 0.6);
        Assert.Equal("b", Assert.Single(_directory.Cards).Name);
        Assert.True(silent.IsGone);
        Assert.True(changed.IsCompleted);
        Assert.Equal(Reception.Unknown, _directory.Hear("a", new CardHeartbeat("1", CardState.Idle, 0)));
    }

    [Fact]
    public void AReplyToATaskIsASignOfLife()
    {
        _directory.Register(Registration("a", "1"));
        _time.Advance(_options.Silence / 2);
        _directory.See(_directory.Cards[0], CardState.Busy);
        _time.Advance(_options.Silence * 0.6);
        Assert.Single(_directory.Cards);
    }

    [Fact]
    public void ANewStartOfACardTakesTheOldOnesPlace()
    {
        _directory.Register(Registration("a", "1"));
        Card old = _directory.Cards[0];
        Assert.Equal(Reception.Taken, _directory.Register(Registration("a", "2")));
        Assert.True(old.IsGone);
        Assert.Equal("2", Assert.Single(_directory.Cards).Registration.Instance);
        Assert.Equal(Reception.Replaced, _directory.Hear("a", new CardHeartbeat("1", CardState.Idle, 0)));
        Assert.Equal(Reception.Replaced, _directory.Register(Registration("a", "1")));
        _directory.Leave("a", "1");
        Assert.Single(_directory.Cards);
        _directory.Leave("a", "2");
        Assert.Empty(_directory.Cards);
    }

    [Fact]
    public void AnotherProtocolIsRefused() =>
        Assert.Equal(Reception.OtherProtocol, _directory.Register(Registration("a", "1") with { Protocol = CardProtocol.Version + 1 }));

    [Fact]
    public void ACardHasOneJobAtATime()
    {
        _directory.Register(Registration("a", "1"));
        _directory.Register(Registration("b", "1"));
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
        _directory.Register(Registration("a", "1"));
        Task changed = _directory.Changed;
        _directory.Hear("a", new CardHeartbeat("1", CardState.Draining, 0));
        Assert.True(changed.IsCompleted);
        Assert.Null(_directory.Lease("one", _ => true));
    }

    internal static CardRegistration Registration(string name, string instance) => new()
    {
        Name = name,
        Instance = instance,
        Control = "http://127.0.0.1:1",
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
