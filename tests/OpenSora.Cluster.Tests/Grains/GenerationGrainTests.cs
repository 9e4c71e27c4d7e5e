using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Tests.Videos;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;
using Orleans.Configuration;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>What becomes of a video does not hang on who asks for it.</summary>
public sealed class GenerationGrainTests
{
    /// <summary>The grain of a video outlives the idleness at which others go.</summary>
    [Fact]
    public async Task WhatNobodyAsksForIsMadeToItsEnd()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        VideoServiceOptions options = TestService.OptionsOf(cluster, new FakeSettings { Gate = "go" });
        await using TestService service = await TestService.Start(cluster, options, more: silo => silo.Configure<GrainCollectionOptions>(collection =>
            (collection.CollectionQuantum, collection.CollectionAge) = (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1))));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(asked, video => video is { Stage: "denoise", Step: 1 });
        IInterleavedGrain idle = service.Of<IGrainFactory>(0).GetGrain<IInterleavedGrain>("idle");
        await idle.Count();
        await service.Silos.WaitForDeactivationAsync(idle).WaitAsync(TimeSpan.FromMinutes(1));
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", "go"), "");
        await service.Completed(asked);
        Assert.Equal(1, (await service.Store.Find(asked.Id, CancellationToken.None))!.Epoch);
    }

    /// <summary>Else a subscription would be kept for each that was ever shown the page.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhoeverWatchesNoMoreIsForgotten(bool isCancelled)
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        using CancellationTokenSource cancel = new();
        await using (IAsyncEnumerator<VideoEvent> watched = service.Videos.Watch("me", asked.Id, cancel.Token).GetAsyncEnumerator())
        {
            Assert.True(await watched.MoveNextAsync());
            Assert.Equal(1, await Watchers(service, asked));
            if (isCancelled)
            {
                ValueTask<bool> next = watched.MoveNextAsync();
                await cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
            }
        }
        Assert.Equal(0, await Watchers(service, asked));
    }

    private static async Task<int> Watchers(TestService service, Contracts.Videos.Video video) =>
        (await service.Of<IClusterClient>(0).GetStreamProvider(GenerationStream.Provider).GetStream<GenerationEvent>(GenerationStream.Of(video.Id)).GetAllSubscriptionHandles()).Count;
}
