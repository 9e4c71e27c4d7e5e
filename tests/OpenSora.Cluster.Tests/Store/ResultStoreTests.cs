using OpenSora.Cluster.Store;
using OpenSora.Cluster.Tests.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests.Store;

/// <summary>What an earlier job of the owner made is found by all that it depends on, and not made again; the bytes are the same.</summary>
public sealed class ResultStoreTests
{
    private const int Steps = 5;

    [Fact]
    public async Task WhatIsEqualIsNotDoneAgain()
    {
        await using TestCluster cluster = await TestCluster.Start(3, results: 1);
        await cluster.Cards(3);
        GenerationReport first = await cluster.Generate(cluster.Request("first", 3));
        Assert.Equal(new ReusedWork(0, 0, 0, 0), first.Reused);
        GenerationRequest again = cluster.Request("again", 1);
        GenerationReport second = await cluster.Generate(again with { Crf = 3, SaveFps = 12 });
        Assert.Equal(new ReusedWork(1, 1, Steps, first.CardUses.Sum(use => use.UnitsComputed)), second.Reused);
        Assert.Equal(first.Hashes, second.Hashes);
        Assert.Equal(first.Trail!.Clips.SelectMany(clip => clip.Steps), second.Trail!.Clips.SelectMany(clip => clip.Steps));
        Assert.DoesNotContain(Directory.GetFiles(again.SaveDir, "tasks-*").SelectMany(File.ReadAllLines), task => task is "EncodeText" or "Load Text" or "Start");

        Assert.Equal((0, 1, 0), Saved(await cluster.Generate(cluster.Request("other-prompt") with { Prompts = ["another fake"] })));
        Assert.Equal((1, 0, 0), Saved(await cluster.Generate(cluster.Request("other-seed") with { Seed = 7 })));
        Assert.Equal((1, 1, 0), Saved(await cluster.Generate(cluster.Request("other-scale") with { CfgScale = 3 })));
        Assert.Equal((1, 1, 0), Saved(await cluster.Generate(cluster.Request("checked", 2) with { SelfCheck = 1 })));
        Assert.Equal((1, 1, 0), Saved(await cluster.Generate(cluster.Request("kept") with { KeepSteps = true })));
        // The first clip of two is the one of before.
        GenerationReport loops = await cluster.Generate(cluster.Request("loops") with { Loop = 2 });
        Assert.Equal((2, 1, Steps), Saved(loops));
        // Of two equal prompts one is encoded.
        GenerationRequest twins = cluster.Request("twins") with { Prompts = ["twin", "twin"], BatchSize = 2 };
        GenerationReport twice = await cluster.Generate(twins);
        Assert.Equal(twice.Hashes, (await cluster.Generate(twins)).Hashes);
    }

    [Fact]
    public async Task AJobThatWasStoppedLeavesItsStepsToAnother()
    {
        await using TestCluster cluster = await TestCluster.Start(2, results: 1);
        await cluster.Cards(2);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.Generate(cluster.Request("stopped", 2, new FakeSettings { StepMilliseconds = 100 }), tell: happened =>
        {
            if (happened is Progress { Stage: "denoise", Done: 4 })
                stop.Cancel();
        }, cancel: stop.Token));
        GenerationReport report = await cluster.Generate(cluster.Request("other", 2));
        Assert.InRange(report.Reused!.Steps, 3, Steps);
        Assert.Equal(Steps + 1, report.Trail!.Clips[0].Steps.Count);
        await using TestCluster plain = await TestCluster.Start(1);
        GenerationReport cold = await plain.Generate(plain.Request("cold"));
        Assert.Equal(cold.Hashes, report.Hashes);
        Assert.Equal(cold.Trail!.Seal, report.Trail.Seal);
    }

    [Fact]
    public async Task ADamagedResultIsMadeAgain()
    {
        await using TestCluster cluster = await TestCluster.Start(1, results: 1);
        GenerationReport first = await cluster.Generate(cluster.Request("first"));
        foreach (string file in Directory.GetFiles(Path.Combine(cluster.Store.Root, "results"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }
        GenerationReport second = await cluster.Generate(cluster.Request("second")), third = await cluster.Generate(cluster.Request("third"));
        Assert.Equal((first.Hashes, first.Hashes), (second.Hashes, third.Hashes));
        Assert.Equal((0, 0, 0), Saved(second));
        Assert.Equal((1, 1, Steps), Saved(third));
    }

    [Fact]
    public async Task AnOwnerFindsNothingOfAnothers()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster) with { MostResults = 1 });
        List<(int, int, int)> saved = [];
        foreach (string owner in new[] { "me", "you", "me" })
            saved.Add(Saved((await service.Completed(await service.Videos.Submit(TestService.Order() with { Owner = owner }, CancellationToken.None))).Report!));
        Assert.Equal([(0, 0, 0), (0, 0, 0), (1, 1, Steps)], saved);
    }

    [Fact]
    public async Task TheLeastLatelyUsedGoFirstAndOnlyOfTheirOwner()
    {
        using TemporaryFolder folder = new();
        ResultStore store = new(folder.Path, 25_000);
        byte[] bytes = new byte[10_000];
        store.Keep("you", "z", new KeptResult(""), [bytes]);
        store.Keep("me", "a", new KeptResult(""), [bytes]);
        store.Keep("me", "b", new KeptResult(""), [bytes]);
        Assert.NotNull(await store.Find("me", "a"));
        store.Keep("me", "c", new KeptResult(""), [bytes]);
        Assert.NotNull(await store.Find("me", "a"));
        Assert.Null(await store.Find("me", "b"));
        Assert.NotNull(await store.Find("me", "c"));
        Assert.NotNull(await store.Find("you", "z"));
        Assert.Null(await store.Find("you", "a"));
        store.Keep("me", "large", new KeptResult(""), [bytes, bytes, bytes]);
        Assert.Null(await store.Find("me", "large"));
        Assert.NotNull(await store.Find("me", "c"));
    }

    private static (int Texts, int Starts, int Steps) Saved(GenerationReport report) => (report.Reused!.Texts, report.Reused.Starts, report.Reused.Steps);
}
