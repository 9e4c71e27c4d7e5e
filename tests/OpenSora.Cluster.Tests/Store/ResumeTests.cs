using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests.Store;

/// <summary>A job that was stopped goes on where it was, and ends with the same bytes.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task FromEachStepOfEachLoopOfEachBatch()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        GenerationReport expected = await cluster.Generate(Large(cluster.Request("calm", 2)));
        int stopped = 0;
        for (int stop = 1; stop <= 20; stop += Thorough.IsAsked ? 1 : 4)
        {
            int steps = 0;
            using CancellationTokenSource cancel = new();
            GenerationRequest request = Large(cluster.Request($"stop-{stop}", 2, new FakeSettings { StepMilliseconds = 60 }));
            // Progress is told beside the work, so it stops at this step or some steps later, or is done before.
            string? job = await Stopped(cluster, request, happened =>
            {
                if (happened is Progress { Stage: "denoise", Done: > 0 } && ++steps == stop)
                    cancel.Cancel();
            }, cancel.Token);
            if (job is null)
                continue;
            stopped++;
            int done = 0;
            GenerationReport report = await cluster.Resume(job, happened => done += happened is Progress { Stage: "denoise", Done: > 0 } ? 1 : 0);
            Assert.Equal(expected.Hashes, report.Hashes);
            Assert.Equal(expected.Files.Select(Path.GetFileName), report.Files.Select(Path.GetFileName));
            Assert.InRange(done, 0, 20 - stop + 1);
            Assert.Empty(cluster.Store.Jobs());
        }
        Assert.InRange(stopped, Thorough.IsAsked ? 5 : 2, 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task FromWithinADecode(int events)
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        GenerationReport expected = await cluster.Generate(Large(cluster.Request("calm", 2)));
        using CancellationTokenSource cancel = new();
        int seen = 0;
        string? job = await Stopped(cluster, Large(cluster.Request("stopped", 2, new FakeSettings { ChunkMilliseconds = 1000 })), happened =>
        {
            if (happened is Progress { Stage: "decode", Done: > 0 } && ++seen == events)
                cancel.Cancel();
        }, cancel.Token);
        Assert.NotNull(job);
        Assert.Equal(expected.Hashes, (await cluster.Resume(job)).Hashes);
    }

    [Fact]
    public async Task WhenNoCardIsLeftTheJobIsKeptAndSaysHow()
    {
        await using TestCluster cluster = await TestCluster.Start(0, TestCluster.Patient with { WaitForCard = TimeSpan.FromSeconds(0.5) });
        using System.Diagnostics.Process only = cluster.StartCard("only");
        await cluster.Cards(1);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm"))).Hashes;
        CardException failed = await Assert.ThrowsAsync<CardException>(() => cluster.Generate(cluster.Request(
            "alone", 1, new FakeSettings { Faults = [new Fault("only", "step", 3, "after", "delay"), new Fault("only", "step", 4, "before", "kill")] })));
        string job = Assert.Single(cluster.Store.Jobs());
        Assert.Contains("no card is left", failed.Message);
        Assert.Contains($"opensora generate --resume {job}", failed.Message);
        using System.Diagnostics.Process another = cluster.StartCard("another");
        await cluster.Cards(1);
        List<int> steps = [];
        GenerationReport report = await cluster.Resume(job, happened =>
        {
            if (happened is Progress { Stage: "denoise" } progress)
                steps.Add(progress.Done);
        });
        Assert.Equal(expected, report.Hashes);
        Assert.Equal([3, 4, 5], steps);
    }

    [Fact]
    public async Task CardsOfAnotherKindDoNotGoOnWithIt()
    {
        await using TestCluster cluster = await TestCluster.Start(0, TestCluster.Patient with { WaitForCard = TimeSpan.FromSeconds(0.5) });
        using System.Diagnostics.Process only = cluster.StartCard("only");
        await cluster.Cards(1);
        await Assert.ThrowsAsync<CardException>(() => cluster.Generate(cluster.Request(
            "alone", 1, new FakeSettings { Faults = [new Fault("only", "step", 4, "before", "kill")] })));
        using System.Diagnostics.Process another = cluster.StartCard("another", "--kind", "other kernels");
        await cluster.Cards(1);
        List<CardEvent> told = [];
        await Assert.ThrowsAsync<CardException>(() => cluster.Resume(Assert.Single(cluster.Store.Jobs()), told.Add));
        Assert.Contains(told.OfType<Notice>(), notice => notice.Message.Contains("other kernels", StringComparison.Ordinal));
        Assert.Single(cluster.Store.Jobs());
    }

    [Fact]
    public async Task UnknownJobsAndJobsInTheMakingAreRefused()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        InputException unknown = Assert.Throws<InputException>(() => cluster.Store.Open("20000101-000000-abcdef"));
        Assert.Contains("no such job", unknown.Message);
        Assert.Throws<InputException>(() => cluster.Store.Open("../state"));
        using JobFolder own = cluster.Store.Create(cluster.Request("own"));
        JobInUseException taken = Assert.Throws<JobInUseException>(() => cluster.Store.Open(own.Record.Job));
        Assert.Contains("another process", taken.Message);
    }

    private static GenerationRequest Large(GenerationRequest request) => request with { Prompts = ["one", "two"], Loop = 2, ReferencePaths = ["a.png", ""], MaskStrategies = ["0", ""] };

    /// <returns>The job that was kept; null when it was done before it was stopped.</returns>
    private static async Task<string?> Stopped(TestCluster cluster, GenerationRequest request, Action<CardEvent> tell, CancellationToken cancel)
    {
        try
        {
            await cluster.Generate(request, tell: tell, cancel: cancel);
            return null;
        }
        catch (OperationCanceledException stopped)
        {
            string job = Assert.Single(cluster.Store.Jobs());
            Assert.Contains($"--resume {job}", stopped.Message);
            return job;
        }
    }
}
