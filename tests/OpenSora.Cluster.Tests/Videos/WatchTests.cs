using Microsoft.Extensions.DependencyInjection;
using OpenSora.Cluster.Grains;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;
using Orleans.Configuration;
using Orleans.Streams;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>What those are told who watch one video.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task WatchersSeeEveryStageInOrderAndTheEnd()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 100, ChunkMilliseconds = 100 }));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        List<Contracts.Videos.Video> seen = [];
        await foreach (VideoEvent happened in service.Videos.Watch("me", asked.Id, CancellationToken.None))
            if (happened is VideoChanged changed)
                seen.Add(changed.Video);
        // A watcher who is slower than the steps misses some.
        int[] steps = [.. seen.Where(video => video is { Stage: "denoise", Step: > 0 }).Select(video => video.Step).Distinct()];
        Assert.Equal(steps.Order(), steps);
        Assert.InRange(steps.Length, 2, 5);
        Assert.Equal(seen.Select(video => video.Progress).Order(), seen.Select(video => video.Progress));
        Assert.Contains(seen, video => video.Stage == "decode");
        Assert.Contains(seen, video => video is { Stage: "denoise", SecondsLeft: > 0 });
        Assert.Equal(VideoStatus.Completed, seen[^1].Status);
        Assert.Single(seen, video => video.IsOver);
    }

    /// <summary>The row of a video is over before those who watch have its last events.</summary>
    [Fact]
    public async Task WatchersHearTheLastWordsBeforeTheEnd()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        // Slow enough that the end is written before the last word is here.
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster), more: silo =>
            silo.Services.PostConfigure<StreamPullingAgentOptions>(GenerationStream.Provider, slow => slow.GetQueueMsgsTimerPeriod = TimeSpan.FromSeconds(0.7)));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        IAsyncStream<GenerationEvent> stream = service.Of<IClusterClient>(0).GetStreamProvider(GenerationStream.Provider).GetStream<GenerationEvent>(GenerationStream.Of(asked.Id));
        List<string> seen = [];
        await foreach (VideoEvent happened in service.Videos.Watch("me", asked.Id, CancellationToken.None))
        {
            seen.Add(happened is VideoNotice notice ? notice.Message : ((VideoChanged)happened).Video.Status.ToString());
            if (seen.Count == 1)
                await stream.OnNextAsync(new GenerationNotice(0, "first"));
            if (seen[^1] != "first")
                continue;
            // While its follower is busy with the first word: the last one, and the end.
            await stream.OnNextAsync(new GenerationNotice(0, "last"));
            await service.Videos.Cancel("me", asked.Id, CancellationToken.None);
        }
        Assert.Equal(["Queued", "first", "last", "Cancelled"], seen);
    }
}
