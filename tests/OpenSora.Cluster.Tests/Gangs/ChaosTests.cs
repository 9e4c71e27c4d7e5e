using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Cluster.Tests.Gangs;

/// <summary>
/// Jobs to which much happens, at random but repeatable: a seed tells all of it. <c>OPENSORA_CHAOS_RUNS</c> sets how many
/// (default: 8, with <see cref="Thorough"/> 60), <c>OPENSORA_CHAOS_SEED</c> the first seed (default: 1).
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Cards = 3;
    private static readonly string[] Kinds = ["kill", "kill", "freeze", "delay", "drop", "corrupt", "fail", "accuse"];
    private static readonly string[] Times = ["before", "during", "after"];

    [Fact]
    public async Task NoHangAndNoWrongByte()
    {
        int runs = Number("OPENSORA_CHAOS_RUNS", Thorough.IsAsked ? 60 : 8), first = Number("OPENSORA_CHAOS_SEED", 1);
        int next = first - 1, recomputed = 0, losses = 0, retried = 0;
        await Task.WhenAll(Enumerable.Range(0, Thorough.IsAsked ? 2 : 1).Select(async _ =>
        {
            await using TestCluster cluster = await TestCluster.Start(Cards, TestCluster.Quick with { MostQuickDeaths = 10, MostRetries = 10, MostFruitlessEpochs = 20 });
            await cluster.Cards(Cards);
            GenerationHashes expected = (await cluster.Generate(Looped(cluster.Request("calm", Cards)))).Hashes;
            for (int seed = Interlocked.Increment(ref next); seed < first + runs; seed = Interlocked.Increment(ref next))
            {
                FakeSettings settings = Trouble(new Random(seed));
                try
                {
                    GenerationReport report = await cluster.Generate(Looped(cluster.Request($"seed-{seed}", Cards, settings)));
                    Assert.Equal(expected, report.Hashes);
                    Interlocked.Add(ref recomputed, report.RecomputedSteps);
                    Interlocked.Add(ref losses, report.Losses.Count);
                    Interlocked.Add(ref retried, report.RetriedChunks);
                }
                catch (Exception error)
                {
                    throw new InvalidOperationException($"OPENSORA_CHAOS_SEED={seed}: {string.Join(", ", settings.Faults)}", error);
                }
            }
        }));
        output.WriteLine($"seeds {first} to {first + runs - 1}: {losses} cards lost, {recomputed} steps begun again, {retried} chunks decoded again");
        Assert.True(runs < 8 || (losses > 0 && recomputed > 0 && retried > 0), "nothing happened");
    }

    private static GenerationRequest Looped(GenerationRequest request) => request with { Loop = 2, ReferencePaths = ["a.png"], MaskStrategies = ["0"], NumSamplingSteps = 4 };

    private static FakeSettings Trouble(Random random) => new()
    {
        StepMilliseconds = random.Next(3),
        Faults = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        {
            string place = Pick(random, ["step", "step", "chunk", "chunk", "frames", "decoded", "denoised", "start", "text", "reference", "load"]);
            string kind = Pick(random, Kinds);
            // A freeze is found by its silence, which takes its time: fewer of those make more runs.
            if (kind == "freeze" && random.Next(3) > 0)
                kind = "kill";
            if (kind == "accuse" && place is not ("step" or "denoised"))
                kind = "fail";
            return new Fault(random.Next(2) == 0 ? "" : $"card-{random.Next(Cards)}", place, place == "step" ? random.Next(1, 5) : place is "chunk" ? random.Next(3) : -1, Pick(random, Times), kind);
        })],
    };

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int given) ? given : otherwise;
}
