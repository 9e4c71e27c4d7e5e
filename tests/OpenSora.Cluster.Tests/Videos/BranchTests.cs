using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>A branch computes the steps that are left, and has the bytes of a run in which the prompt changed at that step.</summary>
public sealed class BranchTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    [InlineData(4, 2)]
    public async Task IsEqualToAColdRun(int step, int cards)
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        VideoServiceOptions options = TestService.OptionsOf(cluster);
        await using TestService service = await TestService.Start(cluster, options);
        Contracts.Videos.Video source = await service.Completed(await service.Videos.Submit(Keeping("a fake"), CancellationToken.None));
        Contracts.Videos.Video whole = await service.Completed(await service.Videos.Submit(Keeping("another"), CancellationToken.None));
        Contracts.Videos.Video branch = await service.Completed(await service.Videos.Submit(Keeping("another", cards) with { BranchedFrom = source.Id, FromStep = step }, CancellationToken.None));
        Assert.Equal((source.Id, step), (branch.BranchedFrom, branch.FromStep));
        Assert.Equal(step, branch.Report!.FromStep);
        Assert.Equal(whole.Report!.TokensComputed * (5 - step) / 5, branch.Report.TokensComputed);
        Assert.NotEqual(source.Report!.Hashes, branch.Report.Hashes);
        Assert.Equal(step == 0, whole.Report.Hashes == branch.Report.Hashes);

        JobStore jobs = new(Path.Combine(options.Store, "jobs"));
        LoopStart start = await Step(jobs, source, 0);
        byte[] latent = start.From.Samples[0].ToArray();
        for (int done = 1; done <= 5; done++)
            latent = FakeModel.Step(latent, 15, FakeModel.Hash(FakeModel.Hash(FakeModel.Hash(7, start.Random.Span), Features(done <= step ? source : branch, options.Models)), done));
        Assert.Equal(latent, (await Step(jobs, branch, 5)).From.Samples[0].ToArray());

        // What keeps its steps is branched again, and goes with its video.
        Contracts.Videos.Video again = await service.Completed(await service.Videos.Submit(Keeping("another") with { BranchedFrom = branch.Id, FromStep = 4 }, CancellationToken.None));
        Assert.Equal(branch.Report.Hashes, again.Report!.Hashes);
        foreach (Contracts.Videos.Video video in new[] { source, whole, branch, again })
            await service.Videos.Delete("me", video.Id, CancellationToken.None);
        Assert.Empty(jobs.Jobs());
    }

    [Fact]
    public async Task WhatCannotBeIsRefusedInWords()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        VideoServiceOptions options = TestService.OptionsOf(cluster);
        await using TestService service = await TestService.Start(cluster, options);
        Contracts.Videos.Video plain = await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        Contracts.Videos.Video source = await service.Completed(await service.Videos.Submit(Keeping("a fake"), CancellationToken.None));
        await Refused("keeps no steps", plain.Id, 2);
        await Refused("out of range", source.Id, 5);
        await Refused("no video", "video_none", 2);
        await Refused("no video", source.Id, 2, "you");
        string kept = Path.Combine(options.Store, "jobs", source.Report!.Job, "steps", "0-0-002");
        byte[] bytes = await File.ReadAllBytesAsync(kept);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(kept, bytes);
        await Refused("step 2", source.Id, 2);
        Assert.Single(new JobStore(Path.Combine(options.Store, "jobs")).Jobs());
        Assert.Equal(2, Directory.EnumerateDirectories(Path.Combine(options.Store, "videos")).Count());

        async Task Refused(string words, string from, int step, string owner = "me") =>
            Assert.Contains(words, (await Assert.ThrowsAsync<InputException>(() => service.Videos.Submit(
                Keeping("another") with { Owner = owner, BranchedFrom = from, FromStep = step }, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    /// <summary>Kept steps outlive a restart, and cards of another kind do not go on from them.</summary>
    [Fact]
    public async Task WaitsForCardsOfTheKindThatMadeTheStep()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        Contracts.Videos.Video source;
        using (System.Diagnostics.Process first = cluster.StartCard("first"))
        {
            await cluster.Cards(1);
            await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
            source = await service.Completed(await service.Videos.Submit(Keeping("a fake"), CancellationToken.None));
            first.Kill();
        }
        using System.Diagnostics.Process other = cluster.StartCard("other", "--kind", "other kernels");
        await cluster.Cards(1);
        while (cluster.Directory.Cards.Any(card => card.Name == "first"))
            await Task.Delay(50);
        await using TestService later = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        Contracts.Videos.Video branch = await later.Videos.Submit(Keeping("another") with { BranchedFrom = source.Id, FromStep = 3 }, CancellationToken.None);
        await later.Completed(await later.Videos.Submit(TestService.Order("later"), CancellationToken.None));
        Assert.Equal((VideoStatus.Queued, VideoWait.Card), (await later.Videos.Find("me", branch.Id, CancellationToken.None))! is var now ? (now.Status, now.WaitsFor) : default);
        using System.Diagnostics.Process same = cluster.StartCard("same");
        await later.Completed(branch);
    }

    private static VideoOrder Keeping(string prompt, int cards = 0)
    {
        VideoOrder order = TestService.Order(prompt, cards);
        return order with { Request = order.Request with { KeepSteps = true } };
    }

    private static async Task<LoopStart> Step(JobStore jobs, Contracts.Videos.Video video, int step)
    {
        using JobFolder folder = jobs.Open(video.Report!.Job);
        return (await folder.FindStep(0, 0, step))!;
    }

    /// <summary>As a fake card encodes a prompt.</summary>
    private static byte[] Features(Contracts.Videos.Video video, ModelFolders models) => FakeModel.Expand(
        FakeModel.Hash(1, string.Join(',', new Tokenizers().Of(models.T5!).Tokenizer.Tokenize(video.Report!.Samples[0].Prompt, video.Request.ModelMaxLength).Tokens)), 32);
}
