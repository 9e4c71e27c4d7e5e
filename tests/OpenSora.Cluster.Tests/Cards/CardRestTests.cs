using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Cards;

public sealed class CardRestTests
{
    [Fact]
    public void ACardThatFailsThriceRestsUnderWhateverStart()
    {
        ManualTime time = new();
        ClusterOptions options = new();
        CardDirectory directory = new(options, time);
        Card card = Welcome(directory, "bad", "first");
        Assert.False(directory.Blame(card));
        Assert.False(directory.Blame(card));
        Assert.True(directory.Blame(card));
        Assert.False(directory.Blame(card));
        Assert.Null(directory.Lease("job", _ => true));
        Assert.False(directory.AnyCanWork);
        Card again = Welcome(directory, "bad", "second");
        Assert.Null(directory.Lease("job", _ => true));
        time.Advance(options.Rest);
        Assert.Same(again, directory.Lease("job", _ => true));
        Assert.True(directory.Blame(again));
        time.Advance(options.Rest);
        directory.Praise(again);
        Assert.False(directory.Blame(again));
    }

    [Fact]
    public void OneThatMostlyWorksDoesNotRest()
    {
        ManualTime time = new();
        CardDirectory directory = new(new ClusterOptions(), time);
        Card card = Welcome(directory, "good", "first");
        directory.Blame(card);
        for (int i = 0; i < 20; i++)
        {
            directory.Praise(card);
            directory.Praise(card);
            Assert.False(directory.Blame(card));
        }
        Assert.False(directory.IsResting(card));
    }

    private static Card Welcome(CardDirectory directory, string name, string instance)
    {
        directory.Welcome(new CardDescription
        {
            Name = name,
            Instance = instance,
            Links = "unix:/none",
            Device = "cpu",
            Kind = "kind",
            Threads = 1,
            MemoryBytes = 1,
            Build = "0",
            Protocol = CardProtocol.Version,
            ProcessId = 1,
        });
        return directory.Cards.Single(card => card.Name == name);
    }
}
