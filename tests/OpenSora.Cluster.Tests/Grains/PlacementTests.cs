using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Tests.Videos;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>All coordinators share the work, and what one of them had goes to the others when it is gone.</summary>
public sealed class PlacementTests
{
    private const int Silos = 3;

    [Fact]
    public async Task GenerationsAreOnAllCoordinatorsAndAnyOfThemAnswers()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 2))).Hashes;
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster), silos: Silos);
        List<SiloAddress> places = [];
        // That one of them gets none of thirty has a chance of one in sixty thousand.
        for (int asked = 0; asked < 30 && (asked < Silos || places.Distinct().Count() < Silos); asked++)
        {
            Contracts.Videos.Video video = await service.Completed(await service.Of<IVideoService>(asked % Silos).Submit(TestService.Order(), CancellationToken.None));
            Assert.Equal(expected, video.Report!.Hashes);
            Assert.Equal(video.Report.Hashes, (await service.Of<IVideoService>((asked + 1) % Silos).Find("me", video.Id, CancellationToken.None))!.Report!.Hashes);
            places.Add(Where<IGenerationGrain>(service, video.Id)!);
        }
        Assert.Equal(Silos, places.Distinct().Count());
        for (int silo = 0; silo < Silos; silo++)
            Assert.Equal(2, (await service.Of<IVideoService>(silo).Cards(CancellationToken.None)).Count);
    }

    /// <summary>The silo that makes the video stops, or is killed; so does that of the queue.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task WhenASiloIsGoneAnotherGoesOnAndWatchersWithIt(bool isQueue, bool isKilled)
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 2))).Hashes;
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { Gate = "go" }) with { Look = TimeSpan.FromSeconds(0.5) }, silos: Silos);
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(cards: 2), CancellationToken.None);
        await service.Until(asked, video => video is { Stage: "denoise", Step: 1 });
        SiloAddress lost = isQueue ? Where<IClusterGrain>(service, IClusterGrain.Key)! : Where<IGenerationGrain>(service, asked.Id)!;
        int other = service.Silos.Silos.ToList().FindIndex(silo => !silo.SiloAddress.Equals(lost));
        IVideoService videos = service.Of<IVideoService>(other);
        List<Contracts.Videos.Video> seen = [];
        Task ending = Task.CompletedTask;
        await foreach (VideoEvent happened in videos.Watch("me", asked.Id, CancellationToken.None))
        {
            if (happened is not VideoChanged { Video: var video })
                continue;
            seen.Add(video);
            if (ending != Task.CompletedTask)
                continue;
            Orleans.TestingHost.InProcessSiloHandle silo = service.Silos.Silos.Single(one => one.SiloAddress.Equals(lost));
            ending = isKilled ? service.Silos.KillSiloAsync(silo) : service.Silos.StopSiloAsync(silo);
            await ending;
            await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", "go"), "");
        }
        Assert.Equal((VideoStatus.Completed, expected), (seen[^1].Status, seen[^1].Report!.Hashes));
        // It was not begun anew.
        Assert.Equal(asked.Id, Assert.Single((await videos.List("me", null, 10, true, [], CancellationToken.None)).Videos).Id);
        Assert.InRange(seen[^1].Report!.RecomputedSteps, 0, 1);
    }

    private static SiloAddress? Where<TGrain>(TestService service, string key) where TGrain : IGrainWithStringKey =>
        service.Silos.TryGetGrainContext(service.Of<IGrainFactory>(0).GetGrain<TGrain>(key).GetGrainId(), out IGrainContext? grain) ? grain.Address.SiloAddress : null;
}
