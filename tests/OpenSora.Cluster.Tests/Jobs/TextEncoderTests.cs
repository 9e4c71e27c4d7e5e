using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Jobs;

/// <summary>The largest network: when it is loaded, where, and when it is let go.</summary>
public sealed class TextEncoderTests
{
    [Fact]
    public async Task TextsOfAllLoopsComeBeforeOtherNetworksAreLoaded()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        GenerationRequest request = cluster.Request("order") with { Loop = 2, Prompts = ["one", "two"], ReferencePaths = ["a.png", ""], MaskStrategies = ["0", ""] };
        await cluster.Generate(request);
        string[] tasks = [.. Tasks(request, "card-0").Where(task => task is not ("Decode" or "Start"))];
        Assert.Equal(
            [
                "Load Text", "EncodeText", "EncodeText", "Load Transformer+Autoencoder", "EncodeReference", "Denoise", "Denoise",
                "Load Text", "EncodeText", "EncodeText", "Denoise", "Denoise",
            ],
            tasks);
    }

    [Fact]
    public async Task ACardOfItsOwnKeepsItAndDoesNothingElse()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationRequest Two(string name, int cards) => cluster.Request(name, cards) with { Prompts = ["one", "two"] };
        GenerationReport expected = await cluster.Generate(Two("all", 3));
        GenerationRequest request = Two("aside", 3) with { TextEncoderCard = true };
        GenerationReport report = await cluster.Generate(request);
        Assert.Equal(expected.Samples.Select(sample => sample.Hashes), report.Samples.Select(sample => sample.Hashes));
        Assert.Equal(2, report.CardUses.Count(use => use.TokensComputed > 0));

        string aside = Assert.Single(["card-0", "card-1", "card-2"], card => Tasks(request, card).Contains("EncodeText"));
        Assert.Equal(["EncodeText", "EncodeText", "Load Text"], Tasks(request, aside).Order());
    }

    /// <summary>One more card than can share the clip is of use then.</summary>
    [Fact]
    public async Task ItDoesNotCountAmongThoseThatShareAClip()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        GenerationRequest image = cluster.Request("image", 3) with { NumFrames = "1" };
        Assert.Contains("--cards 2", (await Assert.ThrowsAsync<InputException>(() => cluster.Generate(image))).Message);
        await cluster.Generate(image with { TextEncoderCard = true });
        Assert.Equal(2, new[] { "card-0", "card-1", "card-2" }.Count(card => Tasks(image, card).Contains("Denoise")));
    }

    [Fact]
    public async Task AnotherCardTakesItsPlaceWhenItDies()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationReport expected = await cluster.Generate(cluster.Request("all", 3));
        foreach (string when in new[] { "before", "during", "after" })
        {
            await cluster.Cards(3);
            FakeSettings settings = new() { Faults = [new Fault("", "text", -1, when, "kill")] };
            GenerationReport report = await cluster.Generate(cluster.Request(when, 3, settings) with { TextEncoderCard = true });
            Assert.Equal(expected.Hashes, report.Hashes);
            Assert.InRange(report.Losses.Count, when == "after" ? 0 : 1, 1); // with its answer given it was at no work, but another task may come before its end is known
        }
    }

    [Fact]
    public async Task TheLastCardThatIsLeftDoesAllAndSaysSo()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using System.Diagnostics.Process one = cluster.StartCard("one"), two = cluster.StartCard("two");
        await cluster.Cards(2);
        GenerationReport expected = await cluster.Generate(cluster.Request("calm", 2));
        List<string> told = [];
        FakeSettings settings = new() { Faults = [new Fault("", "step", 3, "before", "kill")] };
        GenerationRequest request = cluster.Request("left", 2, settings) with { TextEncoderCard = true };
        GenerationReport report = await cluster.Generate(request, tell: happened =>
        {
            if (happened is Notice notice)
                lock (told)
                    told.Add(notice.Message);
        });
        Assert.Equal(expected.Hashes, report.Hashes);
        Assert.Contains(told, message => message.Contains("the only card that is left", StringComparison.Ordinal));
        one.Kill();
        two.Kill();
    }

    private static string[] Tasks(GenerationRequest request, string card)
    {
        string file = Path.Combine(request.SaveDir, $"tasks-{card}");
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }
}
