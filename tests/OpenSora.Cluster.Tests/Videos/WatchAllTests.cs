using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>All videos of an owner, followed at once.</summary>
public sealed class WatchAllTests
{
    [Fact]
    public async Task OneStreamTellsOfAllVideosOfAnOwner()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { Gate = "go" }));
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));
        Contracts.Videos.Video before = await service.Videos.Submit(TestService.Order(), deadline.Token);
        await using IAsyncEnumerator<OwnerEvent> told = service.Videos.WatchAll("me", deadline.Token).GetAsyncEnumerator(deadline.Token);
        await Until(told, happened => happened.Id == before.Id && happened.Event is VideoChanged);
        await service.Videos.Submit(TestService.Order() with { Owner = "you" }, deadline.Token);
        Contracts.Videos.Video after = await service.Videos.Submit(TestService.Order(), deadline.Token);
        await Until(told, happened => happened.Id == after.Id && happened.Event is VideoChanged { Video: { Status: VideoStatus.Queued, QueuePosition: not null } });
        await Until(told, happened => happened.Id == before.Id && happened.Event is VideoPreview { Step: 1 });
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", "go"), "");
        foreach (Contracts.Videos.Video video in new[] { before, after })
            await Until(told, happened => happened.Id == video.Id && happened.Event is VideoChanged { Video.Status: VideoStatus.Completed });
        await service.Videos.Delete("me", before.Id, deadline.Token);
        await Until(told, happened => happened.Id == before.Id && happened.Event is VideoRemoved);

        async Task Until(IAsyncEnumerator<OwnerEvent> told, Func<OwnerEvent, bool> holds)
        {
            do
            {
                Assert.True(await told.MoveNextAsync());
                Assert.True(told.Current.Id == before.Id || told.Current.Event is VideoChanged { Video.Owner: "me" } or VideoPreview or VideoNotice);
            }
            while (!holds(told.Current));
        }
    }

    [Fact]
    public async Task ThoseThatWaitAreToldWhenTheyWillBeDone()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { Gate = "go", StepMilliseconds = 100 }));
        string gate = Path.Combine(cluster.Folder, "marks", "go");
        await File.WriteAllTextAsync(gate, "");
        await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        File.Delete(gate);
        Contracts.Videos.Video works = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(works, video => video.Status == VideoStatus.InProgress);
        Contracts.Videos.Video second = await service.Videos.Submit(TestService.Order(), CancellationToken.None), third = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        IReadOnlyList<Contracts.Videos.Video> list = (await service.Videos.List("me", works.Id, 2, newestFirst: false, [], CancellationToken.None)).Videos;
        Assert.Equal([(second.Id, 0), (third.Id, 1)], list.Select(video => (video.Id, video.QueuePosition!.Value)));
        Assert.InRange(list[0].SecondsLeft!.Value, 0.1, list[1].SecondsLeft!.Value - 0.1);
        await File.WriteAllTextAsync(gate, "");
        await service.Completed(third);
    }
}
