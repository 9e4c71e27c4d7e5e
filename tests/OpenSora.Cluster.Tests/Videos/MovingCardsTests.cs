using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>Cards move between videos after each step: short and urgent ones take them from long ones, which get them back, and no byte is other.</summary>
public sealed class MovingCardsTests
{
    [Fact]
    public async Task AShortOneTakesCardsFromALongOneAndGivesThemBack()
    {
        await using TestCluster cluster = await TestCluster.Start(4);
        await cluster.Cards(4);
        VideoServiceOptions options = TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 100 });
        await using TestService service = await TestService.Start(cluster, options);
        Contracts.Videos.Video alone = await service.Completed(await service.Videos.Submit(Order("long", 4, 150), CancellationToken.None)); // and it teaches how long work takes
        Contracts.Videos.Video longer = await service.Videos.Submit(Order("long", 4, 150), CancellationToken.None);
        await service.Until(longer, video => video is { Stage: "denoise", Step: > 2 });
        Contracts.Videos.Video shorter = await service.Completed(await service.Videos.Submit(Order("short", 2, 5), CancellationToken.None));
        Contracts.Videos.Video now = (await service.Videos.Find("me", longer.Id, CancellationToken.None))!;
        Assert.Equal(VideoStatus.InProgress, now.Status);
        await Until(async () => (await service.Videos.Cards(CancellationToken.None)).Count(card => card.Job == longer.Id) == 4, "it did not get its cards back");
        Contracts.Videos.Video made = await service.Completed(longer);
        Assert.Equal(alone.Report!.Hashes, made.Report!.Hashes);
        Assert.Equal((0, 0), (made.Report.RecomputedSteps, made.Report.Losses.Count));
        Assert.True(made.Report.TokensComputed == alone.Report.TokensComputed, "a step was computed twice");
        Assert.Equal(2, shorter.Report!.CardUses.Count);
    }

    /// <summary>Also where there is one card: the video that was first waits, and goes on from its last step.</summary>
    [Fact]
    public async Task AnUrgentOneTakesTheOnlyCard()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { Gate = "go" }));
        Contracts.Videos.Video first = await service.Videos.Submit(Order("first", 0, 20), CancellationToken.None);
        await service.Until(first, video => video is { Stage: "denoise", Step: 1 });
        Contracts.Videos.Video equal = await service.Videos.Submit(Order("equal", 0, 5), CancellationToken.None);
        Contracts.Videos.Video urgent = await service.Videos.Submit(Order("urgent", 0, 5) with { Priority = VideoPriority.High }, CancellationToken.None);
        await service.Until(urgent, video => video is { Stage: "denoise", Step: 1 });
        Assert.Equal(VideoStatus.Queued, (await service.Videos.Find("me", first.Id, CancellationToken.None))!.Status);
        Assert.Equal(VideoStatus.Queued, (await service.Videos.Find("me", equal.Id, CancellationToken.None))!.Status);
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", "go"), "");
        await service.Completed(urgent);
        Contracts.Videos.Video made = await service.Completed(first);
        await service.Completed(equal);
        Assert.Equal(0, made.Report!.RecomputedSteps);
        Assert.Equal((await service.Completed(await service.Videos.Submit(Order("first", 0, 20), CancellationToken.None))).Report!.Hashes, made.Report.Hashes);
    }

    /// <summary>Whatever comes, and also while cards die.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ManyOfAllSizesHaveTheBytesOfLoneRuns(int seed)
    {
        Random random = new(seed);
        await using TestCluster cluster = await TestCluster.Start(4);
        await cluster.Cards(4);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 30, Faults = [new Fault("", "step", 7, "before", "kill"), new Fault("", "step", 11, "after", "kill")] }));
        List<(VideoOrder Order, Contracts.Videos.Video Video)> asked = [];
        for (int i = 0; i < 8; i++)
        {
            VideoOrder order = Order($"number {i}", random.Next(3) * random.Next(1, 3), random.Next(3) == 0 ? 40 : 6) with { Priority = (VideoPriority)random.Next(3) };
            asked.Add((order, await service.Videos.Submit(order, CancellationToken.None)));
            await Task.Delay(random.Next(300));
        }
        int recomputed = 0;
        foreach ((VideoOrder order, Contracts.Videos.Video video) in asked)
            recomputed += (await service.Completed(video)).Report!.RecomputedSteps;
        Assert.InRange(recomputed, 0, 2);
        foreach ((VideoOrder order, Contracts.Videos.Video video) in asked)
        {
            Contracts.Videos.Video alone = await service.Completed(await service.Videos.Submit(order with { Request = order.Request with { Cards = 1 } }, CancellationToken.None));
            Assert.Equal(alone.Report!.Hashes, (await service.Videos.Find("me", video.Id, CancellationToken.None))!.Report!.Hashes);
        }
    }

    private static VideoOrder Order(string prompt, int cards, int steps)
    {
        VideoOrder order = TestService.Order(prompt, cards);
        return order with { Request = order.Request with { NumSamplingSteps = steps } };
    }

    private static async Task Until(Func<Task<bool>> holds, string otherwise)
    {
        for (int wait = 0; !await holds(); wait++)
        {
            Assert.True(wait < 600, otherwise);
            await Task.Delay(50);
        }
    }
}
