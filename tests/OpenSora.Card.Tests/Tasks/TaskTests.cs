using OpenSora.Card.Tests.Serving;
using OpenSora.Contracts.Generation;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests.Tasks;

/// <summary>Three cards in processes of their own, two on socket files and one on TCP, for all tests of a class.</summary>
public sealed class ThreeCards : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    internal List<RunningCard> Cards { get; } = [];

    public async Task InitializeAsync()
    {
        foreach (string links in new[] { $"unix:{_folder}/0.sock", $"unix:{_folder}/1.sock", "tcp:127.0.0.1:0" })
            Cards.Add(await RunningCard.Start($"card-{Cards.Count}", links: links));
    }

    public async Task DisposeAsync()
    {
        foreach (RunningCard card in Cards)
            await card.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Cards in processes of their own, task by task, give the bytes of the pipeline in one process.</summary>
public sealed class TaskTests(ThreeCards three) : IClassFixture<ThreeCards>
{
    /// <summary>A latent of 9 × 17: neither side is a whole number of patches.</summary>
    private static readonly GenerationRequest Odd = new()
    {
        Prompts = ["a red ball"],
        ImageSize = [72, 136],
        NumFrames = "34",
        NumSamplingSteps = 3,
    };

    [Fact]
    public async Task OneCard() => await Same(Odd with { Dtype = "fp32" }, three.Cards[..1]);

    [Fact]
    public async Task TwoCardsOverSocketFilesWithALoop() => await Same(Odd with { Loop = 2, NumSamplingSteps = 2 }, three.Cards[..2]);

    [Fact]
    public async Task ThreeCardsWithAReferenceImage()
    {
        CardGeneration work = await Same(
            Odd with { ReferencePaths = [Path.Combine(Repository.Golden, "case9_e2e", "ref_a.png")], MaskStrategies = ["0,0,0,0,2,0.5"] }, three.Cards);
        Assert.Equal(Odd.NumSamplingSteps, work.Steps.Count);
        Assert.All(work.Steps.Values, step => Assert.InRange(step.BytesSent, 1, 1.25 * work.EvenBytes)); // ragged
        Assert.All(work.Steps.Values, step => Assert.Equal(step.BytesSent, step.BytesReceived));
    }

    /// <summary>Two videos that share their noise, begun by two cards and ended by three others in another order.</summary>
    [Fact]
    public async Task ABatchThatOtherCardsGoOnWith()
    {
        IReadOnlyList<RunningCard> cards = three.Cards;
        await Same(Odd with { Prompts = ["one", "two"], BatchSize = 2, NumSamplingSteps = 4, NumFrames = "17" }, [cards[0], cards[1]], [cards[2], cards[0], cards[1]]);
    }

    private static async Task<CardGeneration> Same(GenerationRequest request, IReadOnlyList<RunningCard> cards, IReadOnlyList<RunningCard>? later = null)
    {
        CardGeneration work = new(cards, request) { Later = later };
        IReadOnlyList<GenerationHashes> made = await work.Run();
        using DemoGeneration alone = new(request);
        Assert.Equal(alone.Run().Select(sample => sample.Hashes), made);
        return work;
    }
}
