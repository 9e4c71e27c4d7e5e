using System.Security.Cryptography;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.Layout.Clips;

namespace OpenSora.Cluster.Tests.Store;

/// <summary>A job that keeps every step has them when it is done: the same ones, whichever cards made them.</summary>
public sealed class KeptStepsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("pab")]
    public async Task EachStepOfEachLoopOfEachBatch(string? cache)
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        GenerationRequest request = cluster.Request("one", 1) with { Prompts = ["one", "two"], Loop = 2, KeepSteps = true, Cache = cache };
        (GenerationReport first, string[] alone) = await Steps(cluster, request);
        (GenerationReport second, string[] shared) = await Steps(cluster, request with
        {
            Cards = 3,
            SaveDir = request.SaveDir + "-3",
            Models = new FakeSettings { Marks = request.SaveDir, Faults = [new Fault("", "step", 3, "before", "kill")] }.ToModels(),
        });
        Assert.Equal(first.Hashes, second.Hashes);
        Assert.InRange(second.RecomputedSteps, 1, cache is null ? 1 : 5);
        Assert.Equal(2 * 2 * 6, alone.Distinct().Count());
        Assert.Equal(alone, shared);
    }

    [Fact]
    public async Task WithoutThatNothingIsLeft()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Generate(cluster.Request("plain"));
        Assert.Empty(cluster.Store.Jobs());
    }

    /// <returns>Of each kept step its hash; the folder holds no more than the plan says.</returns>
    private static async Task<(GenerationReport Report, string[] Hashes)> Steps(TestCluster cluster, GenerationRequest request)
    {
        GenerationReport report = await cluster.Generate(request);
        using JobFolder folder = cluster.Store.Open(report.Job);
        List<string> hashes = [];
        for (int batch = 0; batch < 2; batch++)
            for (int loop = 0; loop < 2; loop++)
                for (int step = 0; step <= 5; step++)
                    hashes.Add(Convert.ToHexString(SHA256.HashData((await folder.FindStep(batch, loop, step))!.From.Samples[0].Span)));
        Assert.Null(await folder.FindStep(0, 0, 6));
        string place = Path.Combine(cluster.Store.Root, report.Job);
        long bytes = Directory.GetFiles(Path.Combine(place, "steps")).Sum(file => new FileInfo(file).Length);
        Assert.InRange(bytes, 2 * ClipPlan.Of(request).KeptBytes(request), (2 * ClipPlan.Of(request).KeptBytes(request)) + (24 << 10));
        Assert.Equal(["job.json", "lock"], Directory.GetFiles(place).Select(Path.GetFileName).Order());
        return (report, [.. hashes]);
    }
}
