using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Tests.Generation;

public class StepCacheTests
{
    private static readonly StepCache s_broadcast = StepCache.Parse("pab")!, s_first = StepCache.Parse("fb")!;

    [Fact]
    public void Words()
    {
        Assert.Null(StepCache.Parse(null));
        Assert.Null(StepCache.Parse("none"));
        Assert.Equal(new StepCache(StepCacheKind.Broadcast), s_broadcast);
        Assert.Equal(new StepCache(StepCacheKind.FirstBlock, 0.1), s_first);
        Assert.Equal(new StepCache(StepCacheKind.FirstBlock, 0.05), StepCache.Parse("fb:0.05"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAB")]
    [InlineData("pab:2")]
    [InlineData("fb:")]
    [InlineData("fb:0")]
    [InlineData("fb:1.5")]
    [InlineData("fb:NaN")]
    [InlineData("fb:0,1")]
    public void OtherWordsAreRefusedWithThoseThatThereAre(string word)
    {
        InputException refused = Assert.Throws<InputException>(() => StepCache.Parse(word));
        Assert.Contains($"'{word}'", refused.Message);
        Assert.Contains("fb:0.1", refused.Message);
    }

    /// <summary>Those of the published thresholds for 480p, 2 s.</summary>
    [Fact]
    public void TheWindowOf30StepsIsThePublishedOne()
    {
        int[] window = [.. Enumerable.Range(0, 30).Where(step => s_broadcast.InWindow(step, 30))];
        Assert.Equal(Enumerable.Range(8, 18), window);
        Assert.DoesNotContain(Enumerable.Range(0, 30), step => s_first.InWindow(step, 30));
        Assert.Equal([8, 10, 12, 14, 16, 18, 20, 22, 24], window.Where(step => !s_broadcast.Takes(CachedPart.SpatialAttention, step, 30)));
        Assert.Equal([8, 12, 16, 20, 24], window.Where(step => !s_broadcast.Takes(CachedPart.TemporalAttention, step, 30)));
        Assert.Equal([8, 14, 20], window.Where(step => !s_broadcast.Takes(CachedPart.CrossAttention, step, 30)));
    }

    /// <summary>What is kept before a fresh step is not taken at or after it; so each step takes only what lies between.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(100)]
    public void FreshStepsTakeNothing(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Assert.Equal(step, s_first.FreshUpTo(step, steps) + step % 8);
            if (s_broadcast.IsFresh(step, steps))
                Assert.All(Enum.GetValues<CachedPart>(), part => Assert.False(s_broadcast.Takes(part, step, steps)));
            else
                Assert.True(s_broadcast.IsFresh(s_broadcast.FreshUpTo(step, steps), steps));
        }
    }
}
