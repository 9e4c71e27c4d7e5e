using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests.Gangs;

/// <summary>
/// A card is killed at every step, before it, within its hand-in or after, of ranks that take turns; and at every other task. With
/// <see cref="Thorough"/> at each of these times, whichever its rank.
/// </summary>
public sealed class KillTests
{
    private static readonly string[] Times = ["before", "during", "after"];

    [Fact]
    public async Task AnyRankAtAnyStep()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 3))).Hashes;
        foreach (string when in Times)
            for (int step = 1; step <= 5; step++)
                for (int card = 0; card < 3; card++)
                {
                    if (!Thorough.IsAsked && (when, card) != (Times[(step - 1) % 3], (step - 1 + ((step - 1) / 3)) % 3))
                        continue;
                    Fault fault = new($"card-{card}", "step", step, when, "kill");
                    GenerationReport report = await Run(cluster, $"{when}-{step}-{card}", fault);
                    Assert.Equal(expected, report.Hashes);
                    Assert.True(report.RecomputedSteps <= 1, $"{fault}: {report.RecomputedSteps} steps were begun again");
                    Assert.Equal($"card-{card}", Assert.Single(report.Losses).Name);
                }
    }

    [Fact]
    public async Task AnyChunk()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 3))).Hashes;
        foreach (string when in Times)
            for (int chunk = 0; chunk < 3; chunk++)
            {
                if (!Thorough.IsAsked && chunk != Array.IndexOf(Times, when))
                    continue;
                GenerationReport report = await Run(cluster, $"{when}-{chunk}", new Fault("", "chunk", chunk, when, "kill"));
                Assert.Equal(expected, report.Hashes);
                Assert.Equal((0, 1, 1), (report.RecomputedSteps, report.RetriedChunks, report.Losses.Count));
            }
    }

    [Fact]
    public async Task AnyOtherTask()
    {
        string[] places = ["text", "start", "denoised", "decoded", "reference"];
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationRequest Loops(GenerationRequest request) => request with { Loop = 2, ReferencePaths = ["a.png"], MaskStrategies = ["0"] };
        GenerationHashes expected = (await cluster.Generate(Loops(cluster.Request("calm", 2)))).Hashes;
        foreach ((int index, string place) in places.Index())
            foreach (string when in Thorough.IsAsked ? Times : [Times[index % Times.Length]])
            {
                await cluster.Cards(2);
                GenerationReport report = await cluster.Generate(Loops(cluster.Request($"{place}-{when}", 2, new FakeSettings { Faults = [new Fault("", place, -1, when, "kill")] })));
                Assert.Equal(expected, report.Hashes);
                // The last step's frames may still have been on their way out of the process that was killed.
                Assert.InRange(report.RecomputedSteps, 0, place == "denoised" ? 1 : 0);
            }
    }

    private static async Task<GenerationReport> Run(TestCluster cluster, string name, Fault fault)
    {
        await cluster.Cards(3);
        return await cluster.Generate(cluster.Request(name, 3, new FakeSettings { Faults = [fault] }));
    }
}
