using OpenSora.Cluster.Cards;

namespace OpenSora.Cluster.Tests.Cards;

public sealed class CardCircuitBreakerTests
{
    private readonly ManualTime _time = new();
    private readonly ClusterOptions _options = new();

    [Fact]
    public void ACardThatFailsThriceRests()
    {
        CardCircuitBreaker rest = new(_options, _time, () => { });
        Assert.False(rest.Failed("bad"));
        Assert.False(rest.Failed("bad"));
        Assert.True(rest.Failed("bad"));
        Assert.False(rest.Failed("bad"));
        Assert.True(rest.IsResting("bad"));
        Assert.False(rest.IsResting("another"));
        _time.Advance(_options.Rest);
        Assert.False(rest.IsResting("bad"));
        Assert.True(rest.Failed("bad"));
        _time.Advance(_options.Rest);
        rest.Succeeded("bad");
        Assert.False(rest.Failed("bad"));
    }

    [Fact]
    public void OneThatMostlyWorksDoesNotRest()
    {
        CardCircuitBreaker rest = new(_options, _time, () => { });
        rest.Failed("good");
        for (int i = 0; i < 20; i++)
        {
            rest.Succeeded("good");
            rest.Succeeded("good");
            Assert.False(rest.Failed("good"));
        }
        Assert.False(rest.IsResting("good"));
    }
}
