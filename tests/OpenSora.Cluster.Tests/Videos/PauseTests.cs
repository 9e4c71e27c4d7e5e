using System.Diagnostics;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>What is paused, or drained, has no cards, and goes on later: after a restart, on other cards, to the same bytes.</summary>
public sealed class PauseTests
{
    [Fact]
    public async Task AVideoGoesOnAfterARestartOnOtherCards()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using Process first = cluster.StartCard("first");
        await cluster.Cards(1);
        GatedService options = new(cluster);
        Contracts.Videos.Video asked, other;
        await using (TestService service = await options.Start())
        {
            asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
            await service.Until(asked, video => video is { Stage: "denoise", Step: 1 });
            Contracts.Videos.Video paused = (await service.Videos.Pause("me", asked.Id, CancellationToken.None))!;
            Assert.Equal((VideoStatus.Queued, true, VideoWait.Owner), (paused.Status, paused.IsPaused, paused.WaitsFor));
            await Idle(service);
            await options.Open();
            // Others have the cards meanwhile.
            other = await service.Completed(await service.Videos.Submit(TestService.Order("another"), CancellationToken.None));
            Assert.Null(await service.Videos.Pause("another", asked.Id, CancellationToken.None));
        }
        first.Kill();
        using Process second = cluster.StartCard("second"), third = cluster.StartCard("third");
        await cluster.Cards(2);
        await using (TestService service = await options.Start())
        {
            Assert.Equal(other.Report!.Hashes, (await service.Completed(await service.Videos.Submit(TestService.Order("another"), CancellationToken.None))).Report!.Hashes);
            Assert.Equal(VideoWait.Owner, (await service.Videos.Find("me", asked.Id, CancellationToken.None))!.WaitsFor);
            Assert.False((await service.Videos.Resume("me", asked.Id, CancellationToken.None))!.IsPaused);
            Contracts.Videos.Video made = await service.Completed(asked);
            Contracts.Videos.Video alone = await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
            Assert.Equal(alone.Report!.Hashes, made.Report!.Hashes);
            Assert.Equal(["second", "third"], made.Report.CardUses.Select(use => use.Name).Order());
            // The steps that were done are not done again.
            Assert.Equal(alone.Report.TokensComputed * 4 / 5, made.Report.TokensComputed);
            Assert.False((await service.Videos.Pause("me", asked.Id, CancellationToken.None))!.IsPaused);
        }
    }

    [Fact]
    public async Task OneThatWaitsLetsOthersPass()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        GatedService options = new(cluster);
        await using TestService service = await options.Start();
        Contracts.Videos.Video works = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(works, video => video is { Stage: "denoise", Step: 1 });
        Contracts.Videos.Video one = await service.Videos.Submit(TestService.Order("one"), CancellationToken.None), two = await service.Videos.Submit(TestService.Order("two"), CancellationToken.None);
        await service.Videos.Pause("me", one.Id, CancellationToken.None);
        Assert.Equal(0, (await service.Videos.Find("me", two.Id, CancellationToken.None))!.QueuePosition);
        await options.Open();
        await service.Completed(two);
        Assert.Equal((VideoStatus.Queued, VideoWait.Owner), (await service.Videos.Find("me", one.Id, CancellationToken.None))! is var now ? (now.Status, now.WaitsFor) : default);
        await service.Videos.Resume("me", one.Id, CancellationToken.None);
        await service.Completed(one);
    }

    [Fact]
    public async Task ADrainedServiceGoesOnWhenItIsToldTo()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GatedService options = new(cluster);
        List<Contracts.Videos.Video> asked = [];
        await using (TestService service = await options.Start())
        {
            foreach (string prompt in new[] { "one", "two" })
                asked.Add(await service.Videos.Submit(TestService.Order(prompt, cards: 1), CancellationToken.None));
            foreach (Contracts.Videos.Video video in asked)
                await service.Until(video, now => now is { Stage: "denoise", Step: 1 });
            ServiceStatus drained = await service.Videos.Drain(true, CancellationToken.None);
            Assert.Equal((true, 0), (drained.IsDrained, drained.Working));
            await Idle(service);
            // A video that gives its cards back joins the queue a moment later.
            for (int wait = 0; await service.Videos.Status(CancellationToken.None) is var now && now != new ServiceStatus(true, 0, 2); wait++)
            {
                Assert.True(wait < 600, $"{now}");
                await Task.Delay(100);
            }
            await options.Open();
            asked.Add(await service.Videos.Submit(TestService.Order("three"), CancellationToken.None));
            Assert.Equal(VideoWait.Service, (await service.Videos.Find("me", asked[2].Id, CancellationToken.None))!.WaitsFor);
        }
        await using (TestService service = await options.Start())
        {
            Assert.Equal(new ServiceStatus(true, 0, 3), await service.Videos.Status(CancellationToken.None));
            Assert.False((await service.Videos.Drain(false, CancellationToken.None)).IsDrained);
            foreach (Contracts.Videos.Video video in asked)
            {
                Contracts.Videos.Video made = await service.Completed(video), alone = await service.Completed(await service.Videos.Submit(TestService.Order(video.Request.Prompts[0]), CancellationToken.None));
                Assert.Equal(alone.Report!.Hashes, made.Report!.Hashes);
                Assert.Equal(0, made.Report.RecomputedSteps);
            }
        }
    }

    private static async Task Idle(TestService service)
    {
        for (int wait = 0; (await service.Videos.Cards(CancellationToken.None)).Any(card => card.State != CardState.Idle); wait++)
        {
            Assert.True(wait < 600, "the cards are not free");
            await Task.Delay(100);
        }
    }

    /// <summary>Services, one after the other, on one store, whose cards wait after the first step until they are let go on.</summary>
    private sealed class GatedService(TestCluster cluster)
    {
        private readonly Cluster.Videos.VideoServiceOptions _options = TestService.OptionsOf(cluster, new FakeSettings { Gate = "go" });

        public Task<TestService> Start() => TestService.Start(cluster, _options);

        public Task Open() => File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", "go"), "");
    }
}
