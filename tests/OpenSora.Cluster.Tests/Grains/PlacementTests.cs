using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Tests.Videos;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>All grains are on the silo that joined first, and go with it to the next.</summary>
public sealed class PlacementTests
{
    [Fact]
    public async Task WhoeverAsksTheFirstSiloHasThem()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster), silos: 3);
        SiloAddress first = (await service.Joined.First())!;
        for (int asked = 0; asked < 3; asked++)
        {
            Contracts.Videos.Video video = await service.Of<IVideoService>(asked).Submit(TestService.Order(), CancellationToken.None);
            await service.Completed(video);
            Assert.Single(await service.Of<IVideoService>(asked).Cards(CancellationToken.None));
            Assert.Equal(first, Where<IGenerationGrain>(service, video.Id));
        }
        Assert.Equal(first, Where<IClusterGrain>(service, IClusterGrain.Key));
    }

    [Fact]
    public async Task WhenItStopsTheNextOneGoesOnAndWatchersWithIt()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 2))).Hashes;
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 300 }), silos: 2);
        SiloAddress first = (await service.Joined.First())!;
        int next = service.Silos.Silos[0].SiloAddress.Equals(first) ? 1 : 0;
        IVideoService videos = service.Of<IVideoService>(next);
        Contracts.Videos.Video asked = await videos.Submit(TestService.Order(cards: 2), CancellationToken.None);
        List<Contracts.Videos.Video> seen = [];
        Task stopping = Task.CompletedTask;
        await foreach (VideoEvent happened in videos.Watch("me", asked.Id, CancellationToken.None))
        {
            if (happened is not VideoChanged { Video: var video })
                continue;
            seen.Add(video);
            if (stopping == Task.CompletedTask && video is { Stage: "denoise", Step: >= 2 })
                stopping = service.Silos.StopSiloAsync(service.Silos.Silos[1 - next]);
        }
        await stopping;
        Assert.Equal((VideoStatus.Completed, expected), (seen[^1].Status, seen[^1].Report!.Hashes));
        Assert.Equal(service.Silos.Silos.Single().SiloAddress, Where<IGenerationGrain>(service, asked.Id));
        // It was not begun anew.
        Assert.Equal(asked.Id, Assert.Single((await service.Videos.List("me", null, 10, true, CancellationToken.None)).Videos).Id);
        Assert.InRange(seen[^1].Report!.RecomputedSteps, 0, 1);
    }

    private static SiloAddress? Where<TGrain>(TestService service, string key) where TGrain : IGrainWithStringKey =>
        service.Silos.TryGetGrainContext(service.Of<IGrainFactory>(0).GetGrain<TGrain>(key).GetGrainId(), out IGrainContext? grain) ? grain.Address.SiloAddress : null;
}
