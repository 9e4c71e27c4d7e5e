using System.Threading.Channels;
using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Tests.Videos;
using OpenSora.FakeCard;
using Orleans.Streams;

namespace OpenSora.Cluster.Tests.Grains;

public sealed class ProgressStreamTests
{
    [Fact]
    public async Task TellsInOrderHowItsOwnVideoComesOn()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { Gate = "go" }));
        Contracts.Videos.Video first = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        Contracts.Videos.Video second = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(first, video => video is { Stage: "denoise", Step: 1 });
        ChannelReader<StageProgress> told = await Follow(service, second.Id);
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", "go"), "");
        await service.Completed(second);
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        // Only the latest is told where progress is faster than its telling: which stages are seen is the machine's to say, their order is not.
        List<StageProgress> seen = [await told.ReadAsync(deadline.Token)];
        while (told.TryRead(out StageProgress? next))
            seen.Add(next);
        Assert.All(seen, progress => Assert.Equal(1, progress.Epoch));
        string[] stages = ["encode", "load", "denoise", "decode", "write"];
        (int, int)[] places = [.. seen.Select(progress => (Array.IndexOf(stages, progress.Stage), progress.Done))];
        Assert.Equal(places.Order(), places);
    }

    private static async Task<ChannelReader<StageProgress>> Follow(TestService service, string video)
    {
        Channel<StageProgress> told = Channel.CreateUnbounded<StageProgress>();
        await service.Of<IClusterClient>(0).GetStreamProvider(GenerationStream.Provider).GetStream<GenerationEvent>(GenerationStream.Of(video))
            .SubscribeAsync(async (happened, _) =>
            {
                if (happened is StageProgress progress)
                    await told.Writer.WriteAsync(progress);
            });
        return told.Reader;
    }
}
