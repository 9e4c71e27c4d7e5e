using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Jobs;

/// <summary>What a report says of its steps can be computed again on any number of cards; what was changed is refused.</summary>
public sealed class AuditTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("pab")]
    public async Task ARunOfThreeCardsIsEqualOnOneAndTwo(string? cache)
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationReport report = await cluster.Generate(Kept(cluster, "run") with { Prompts = ["one", "two"], Loop = 2, Cards = 3, Cache = cache });
        Assert.Equal(2 * 2, report.Trail!.Clips.Count);
        Assert.All(report.Trail.Clips, clip => Assert.Equal(5 + 1, clip.Steps.Distinct().Count()));
        Assert.Equal(3, report.Trail.Weights.Count);
        foreach ((int cards, int steps) in new[] { (1, 20), (2, 3) })
        {
            AuditReport audit = await Audit(cluster, report, steps, cards);
            Assert.Empty(audit.Findings);
            Assert.Equal((2 * 2 * 6, 20, steps, cards), (audit.Checkpoints, audit.AllSteps, audit.Steps.Count(step => step.IsEqual), audit.Cards));
            Assert.Equal(steps / 20d, audit.CaughtOf(1), 9);
        }
    }

    /// <summary>The trail is that of an undisturbed run, whoever died, and whether it was gone on with.</summary>
    [Fact]
    public async Task TheTrailDoesNotDependOnCardsAndLosses()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationReport calm = await cluster.Generate(cluster.Request("calm", 2));
        GenerationReport killed = await cluster.Generate(cluster.Request("killed", 2, new FakeSettings { Faults = [new Fault("card-1", "step", 3, "during", "kill")] }));
        Assert.Equal(1, killed.RecomputedSteps);
        Assert.Equal(calm.Trail!.Seal, killed.Trail!.Seal);
        using CancellationTokenSource stop = new();
        string? job = null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.Generate(cluster.Request("stopped", 2), tell: happened =>
        {
            job = (happened as Began)?.Job ?? job;
            if (happened is Progress { Stage: "denoise", Done: 3 })
                stop.Cancel();
        }, cancel: stop.Token));
        Assert.Equal(calm.Trail.Seal, (await cluster.Resume(job!)).Trail!.Seal);
    }

    [Fact]
    public async Task ACheckpointOfAnotherBitIsRefusedWithItsStep()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        GenerationReport report = await cluster.Generate(Kept(cluster, "run"));
        string file = Path.Combine(cluster.Store.Root, report.Job, JobFolder.StepName(0, 0, 3));
        byte[] whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, Flipped(whole));
        Assert.Contains("after step 3 of clip 0 of batch 0 is missing or damaged", Assert.Single((await Audit(cluster, report, 1, 1)).Findings));

        // With checksums that fit, as somebody would do who wants to be believed.
        await File.WriteAllBytesAsync(file, whole);
        using (JobFolder folder = cluster.Store.Open(report.Job))
        {
            Checkpoint kept = (await folder.FindStep(0, 0, 3))!.From;
            folder.Keep(JobFolder.StepName(0, 0, 3), new KeptStep(new BlobKey(0, 0, 3)), StoreJson.Default.KeptStep, [Flipped(kept.Samples[0].ToArray())]);
        }
        AuditReport refused = await Audit(cluster, report, 1, 1);
        Assert.Contains("after step 3 of clip 0 of batch 0 is not the one of the report", Assert.Single(refused.Findings));
        Assert.Empty(refused.Steps);

        // And with a report that fits: the step itself is not what it says.
        ClipTrail clip = report.Trail!.Clips[0];
        string other = refused.Findings[0].Split("its hash is ")[1][..64];
        StepTrail changed = (report.Trail with { Clips = [clip with { Steps = [.. clip.Steps.Select((hash, step) => step == 3 ? other : hash)] }] }).Sealed();
        AuditReport caught = await Audit(cluster, report with { Trail = changed }, 5, 1);
        Assert.Equal([3, 4], caught.Steps.Where(step => !step.IsEqual).Select(step => step.Step));
    }

    [Fact]
    public async Task WhatCannotBeComparedIsRefused()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        GenerationReport report = await cluster.Generate(Kept(cluster, "run"));
        StepTrail trail = report.Trail!;
        Assert.Contains("another seal", Assert.Single((await Audit(cluster, report with { Trail = trail with { Seal = new string('0', 64) } }, 1, 1)).Findings));
        Assert.Contains("no trail", (await Assert.ThrowsAsync<InputException>(() => Audit(cluster, report with { Trail = null }, 1, 1))).Message);
        StepTrail otherKind = (trail with { Kind = "others" }).Sealed();
        Assert.Contains("of others", (await Assert.ThrowsAsync<InputException>(() => Audit(cluster, report with { Trail = otherKind, Kind = "others" }, 1, 1))).Message);
        StepTrail otherFiles = (trail with { Weights = [trail.Weights[0] with { Sha256 = "ab" }, .. trail.Weights.Skip(1)] }).Sealed();
        Assert.Contains("the same files", (await Assert.ThrowsAsync<InputException>(() => Audit(cluster, report with { Trail = otherFiles }, 1, 1))).Message);
    }

    private static GenerationRequest Kept(TestCluster cluster, string name) => cluster.Request(name) with { KeepSteps = true };

    private static async Task<AuditReport> Audit(TestCluster cluster, GenerationReport report, int steps, int cards)
    {
        GenerationRequest request;
        using (JobFolder folder = cluster.Store.Open(report.Job))
            request = folder.Record.Request with { Cards = cards };
        return (await cluster.Generations.Audit(new AuditOrder { Report = report, Steps = steps, Seed = 7 }, request, _ => { }, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1))).Audit!;
    }

    private static byte[] Flipped(byte[] bytes)
    {
        byte[] other = [.. bytes];
        other[other.Length / 2] ^= 1;
        return other;
    }
}
