using System.Security.Cryptography;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.Layout.Latents;

namespace OpenSora.Cluster.Tests.Jobs;

/// <summary>Whole jobs, undisturbed.</summary>
public sealed class GenerationTests
{
    [Fact]
    public async Task AnyNumberOfCardsGivesTheSameBytes()
    {
        await using TestCluster cluster = await TestCluster.Start(4);
        await cluster.Cards(4);
        GenerationReport one = await cluster.Generate(cluster.Request("one"));
        foreach (int cards in new[] { 2, 3, 4 })
        {
            GenerationReport report = await cluster.Generate(cluster.Request($"{cards}", cards));
            Assert.Equal(one.Hashes, report.Hashes);
            Assert.Empty(report.Losses);
            Assert.Equal((0, 0), (report.RecomputedSteps, report.RetriedChunks));
            Assert.Equal(cards, report.CardUses.Count(use => use.TokensComputed > 0));
            Assert.Equal(5 * 56 * 15, report.TokensComputed);
            Assert.Equal(report.BytesSent.Total, report.BytesSent.Bound);
            Assert.Equal(500.0 * cards * (cards - 1), report.BytesSent.Total);
            Assert.Equal(3, report.CardUses.Sum(use => use.Chunks));
        }
        Assert.Empty(cluster.Store.Jobs());
    }

    [Fact]
    public async Task BatchesLoopsReferencesAndMarksMakeTheirFiles()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        GenerationRequest request = cluster.Request("many", 2) with
        {
            Prompts = ["one", "two", "three"],
            BatchSize = 2,
            Loop = 3,
            ReferencePaths = ["a.png;b.mp4", "", "c.png"],
            MaskStrategies = ["0;0,1,0,-1", "", "2"],
            Watermark = true,
        };
        GenerationReport report = await cluster.Generate(request);
        Assert.Equal(["sample_0000.mp4", "sample_0000.mp4.marked", "sample_0001.mp4", "sample_0001.mp4.marked", "sample_0002.mp4", "sample_0002.mp4.marked"], report.Files.Select(file => Path.GetFileName(file)));
        Assert.Equal(51 + 2 * (51 - 17), report.Frames);
        Assert.Equal(3, report.Samples.Select(sample => sample.Hashes.Frames).Distinct().Count());
        Assert.Equal(report.Frames * 16 * 24 * 3, new FileInfo(report.Files[0]).Length);
        GenerationReport alone = await cluster.Generate(request with { Cards = 1, SaveDir = Directory.CreateDirectory(Path.Combine(cluster.Folder, "alone")).FullName });
        Assert.Equal(report.Hashes, alone.Hashes);
    }

    [Fact]
    public async Task TwoJobsAtOnceOnTheirOwnCardsEqualOneAfterTheOther()
    {
        await using TestCluster cluster = await TestCluster.Start(4);
        await cluster.Cards(4);
        FakeSettings slow = new() { StepMilliseconds = 20 };
        GenerationReport[] serial = [await cluster.Generate(cluster.Request("a", 2, slow)), await cluster.Generate(cluster.Request("b", 2, slow) with { Seed = 7 })];
        GenerationReport[] together = await Task.WhenAll(
            cluster.Generate(cluster.Request("c", 2, slow)), cluster.Generate(cluster.Request("d", 2, slow) with { Seed = 7 }));
        Assert.Equal(serial.Select(report => report.Hashes), together.Select(report => report.Hashes));
        Assert.NotEqual(serial[0].Hashes, serial[1].Hashes);
        Assert.Empty(together[0].CardUses.Select(use => use.Name).Intersect(together[1].CardUses.Select(use => use.Name)));
    }

    [Fact]
    public async Task FilesNamedAfterPromptsAreNotMadeAgain()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        GenerationRequest request = cluster.Request("some") with { Prompts = ["one", "two", "three"], PromptAsPath = true };
        GenerationReport all = await cluster.Generate(request);
        File.Delete(all.Files[1]);
        GenerationReport again = await cluster.Generate(request);
        Assert.Equal(all.Files[1], Assert.Single(again.Files));
        InputException none = await Assert.ThrowsAsync<InputException>(() => cluster.Generate(request));
        Assert.Contains("nothing to do", none.Message);
        Assert.Empty(cluster.Store.Jobs());
    }

    [Fact]
    public async Task NoiseAndLatentGoThroughFiles()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        string noise = Path.Combine(cluster.Folder, "noise"), latent = Path.Combine(cluster.Folder, "new", "latent");
        await File.WriteAllBytesAsync(noise, [.. SafetensorsPreamble.Of([new("z", "F32", [1, 4, 15, 2, 3], 4 * 4 * 15 * 2 * 3)]), .. new byte[4 * 4 * 15 * 2 * 3]]);
        GenerationReport drawn = await cluster.Generate(cluster.Request("drawn"));
        GenerationReport given = await cluster.Generate(cluster.Request("given") with { LatentNoise = noise, SaveLatent = latent });
        Assert.NotEqual(drawn.Hashes.Latent, given.Hashes.Latent);
        byte[] file = await File.ReadAllBytesAsync(latent), header = SafetensorsPreamble.Of([new("latent", "F32", [1, 4, 15, 2, 3], 4 * 4 * 15 * 2 * 3)]);
        Assert.Equal(header, file[..header.Length]);
        Assert.Equal(given.Hashes.Latent, Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(header.Length))));
    }

    [Theory]
    [InlineData(31, "30")]
    [InlineData(64, "longer clip")]
    public async Task MoreCardsThanCanShareAClipAreRefused(int cards, string names)
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Generate(cluster.Request("many", cards)));
        Assert.Contains($"{cards}", refused.Message);
        Assert.Contains(names, refused.Message);
    }

    /// <summary>There is no card, and none is waited for.</summary>
    [Theory]
    [InlineData("reference", "missing.png")]
    [InlineData("noise", "nowhere.safetensors")]
    [InlineData("prompt", "not a JSON object")]
    [InlineData("mask", "the loop 'x'")]
    [InlineData("loops", "continues each clip")]
    [InlineData("models", "t5")]
    [InlineData("vocabulary", "spiece.model")]
    public async Task WhatCannotBeDoneIsToldWithoutACard(string what, string named)
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        GenerationRequest request = cluster.Request("refused");
        string t5 = Directory.CreateDirectory(Path.Combine(cluster.Folder, "t5")).FullName;
        File.Copy(Path.Combine(request.Models.T5!, "config.json"), Path.Combine(t5, "config.json"));
        List<CardEvent> told = [];
        InputException refused = await Assert.ThrowsAsync<InputException>(() => cluster.Generate(what switch
        {
            "reference" => request with { ReferencePaths = [named] },
            "noise" => request with { LatentNoise = named },
            "prompt" => request with { Prompts = ["a {"] },
            "mask" => request with { MaskStrategies = ["x"] },
            "loops" => request with { Loop = 2, NumFrames = "17" },
            "models" => request with { Models = request.Models with { T5 = Path.Combine(cluster.Folder, "no", named) } },
            _ => request with { Models = request.Models with { T5 = t5 } },
        }, tell: told.Add));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Empty(told);
        Assert.Empty(cluster.Store.Jobs());
    }

    [Fact]
    public async Task ProgressTellsTheStagesInOrder()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        List<Progress> told = [];
        await cluster.Generate(cluster.Request("told", 2), tell: happened =>
        {
            if (happened is Progress progress)
                told.Add(progress);
        });
        Assert.Equal(["encode", "load", "denoise", "decode"], told.Select(progress => progress.Stage).Distinct());
        Assert.Equal([0, 1, 2, 3, 4, 5], told.Where(progress => progress.Stage == "denoise").Select(progress => progress.Done));
        Assert.Equal((51, 51), (told[^1].Done, told[^1].Total));
    }
}
