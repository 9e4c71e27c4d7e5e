using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Plans;

namespace OpenSora.Planning.Tests.Plans;

public sealed class PlannerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("720p", "16s", 8, 2)]
    [InlineData("240p", "51", 3, 2)]
    [InlineData("480p", "4s", 7, 4)]
    [InlineData("144p", "1", 2, 2)]
    public void Bytes_are_those_of_the_real_layout(string resolution, string frames, int cards, int elementSize)
    {
        PlanReport plan = Planner.Plan(Request(resolution, frames, cards, elementSize == 4 ? "fp32" : "bf16"));
        UnitPlan units = UnitPlan.For(plan.Clip.LatentFrames, plan.Clip.Positions, UnitSize.Accelerator);
        Traffic traffic = Traffic.Of(GangPlan.For(units, cards), ModelShape.Full.Transformer, elementSize);
        Assert.Equal(Enumerable.Range(0, cards).Select(traffic.BytesSent), plan.Ranks.Select(rank => rank.BytesPerStep));
        Assert.Equal(Enumerable.Range(0, cards).Select(traffic.TokensComputed), plan.Ranks.Select(rank => rank.TokensPerStep));
        Assert.Equal(plan.Ranks.Sum(rank => rank.BytesPerStep), plan.Bytes.PerStep);
        Assert.Equal(30 * plan.Bytes.PerStep, plan.Bytes.PerRun);
        Assert.InRange(plan.Bytes.PerStep, 0, 1.01 * plan.Bytes.Bound);
        if (plan.Sensible is { } sensible)
            Assert.Equal(plan.Bytes.PerStep, sensible.Curve.Single(point => point.Cards == cards).BytesPerStep);
    }

    /// <summary>Design: 55 · M (n − 1) / n bytes by all n ranks of a half, M those of a half's activation, and the velocities.</summary>
    [Fact]
    public void Bytes_of_the_largest_clip_on_8_cards_are_the_bound()
    {
        PlanReport plan = Planner.Plan(Request("720p", "16s", 8));
        double activation = 432_000.0 * 1152 * 2, velocity = 432_000.0 * 16;
        double bound = 2 * (55 * activation + velocity * 2) * 3 / 4 + 2 * velocity * 4;
        Assert.Equal(bound, plan.Bytes.Bound, 1);
        Assert.Equal((long)bound, plan.Bytes.PerStep);
    }

    [Fact]
    public void Sizes_units_and_chunks_are_told()
    {
        PlanReport plan = Planner.Plan(Request("480p", "4s", 4));
        Assert.Equal(
            (480, 854, 480, 848, 102, 30, 60, 106, 30, 53, 1590, 47_700L),
            (plan.Clip.Height, plan.Clip.Width, plan.Clip.OutputHeight, plan.Clip.OutputWidth, plan.Clip.Frames, plan.Clip.LatentFrames,
                plan.Clip.LatentHeight, plan.Clip.LatentWidth, plan.Clip.PatchRows, plan.Clip.PatchColumns, plan.Clip.Positions, plan.Clip.Tokens));
        Assert.Equal(new PlannedUnits(1, 30, 67, 24), plan.Units);
        Assert.Equal(new PlannedDecode(6, 17, 5, 4, 30), plan.Decode);
        Assert.Equal(30, plan.Ranks.Where(rank => rank.Halves[0] == "conditional").Sum(rank => rank.Frames));
        Assert.Null(plan.Refusal);
        Assert.Equal(plan.Seconds!.Total, plan.Seconds.Encode + plan.Seconds.Denoise + plan.Seconds.Decode, 1e-9);
    }

    [Fact]
    public void What_cannot_fit_is_refused_with_what_would_do()
    {
        File.WriteAllText(_file, "- name: small\n  memory_bytes: 10000000000\n  cards_per_node: 8\n");
        PlanReport plan = Planner.Plan(Request("720p", "16s", 8, card: "small"));
        Assert.NotNull(plan.Refusal);
        Assert.Equal(plan.Memory.PeakBytes, plan.Refusal.NeededBytes);
        Assert.True(plan.Refusal.NeededBytes > plan.Refusal.UsableBytes);
        Assert.Null(plan.Refusal.CardsThatWouldDo);
        Assert.Contains("h100-80g", plan.Refusal.CardTypesThatWouldDo);
        foreach (string words in new[] { "small", "10.0 GB", "decoding of a unit", "do not help", "h200", "--micro-batch-size 1" })
            Assert.Contains(words, plan.Refusal.Message);
    }

    [Fact]
    public void More_cards_are_named_where_they_would_do()
    {
        // Room for the weights, but not for 102 s of tokens on one card; the batch is small so that decoding is not the most.
        File.WriteAllText(_file, "- name: middling\n  memory_bytes: 17000000000\n  cards_per_node: 8\n");
        PlanRequest request = Request("720p", "2448", 1, card: "middling");
        PlanReport plan = Planner.Plan(request with { Generation = request.Generation with { MicroBatchSize = 1 } });
        int cards = Assert.NotNull(plan.Refusal?.CardsThatWouldDo);
        Assert.Contains($"--cards {cards},", plan.Refusal!.Message);
        Assert.DoesNotContain("--micro-batch-size", plan.Refusal.Message);
        PlanRequest enough = request with { Generation = request.Generation with { MicroBatchSize = 1, Cards = cards } };
        Assert.Null(Planner.Plan(enough).Refusal);
        Assert.NotNull(Planner.Plan(enough with { Generation = enough.Generation with { Cards = cards - 1 } }).Refusal);
    }

    [Fact]
    public void Nothing_is_predicted_from_figures_that_nobody_has_published()
    {
        PlanReport plan = Planner.Plan(Request("480p", "4s", 4, card: "s60"));
        Assert.Null(plan.Seconds);
        Assert.Null(plan.Sensible);
        Assert.Null(plan.CardType.FlopsPerSecond);
        Assert.Contains(plan.Notes, note => note.Contains("not published", StringComparison.Ordinal));
        Assert.Equal(4, plan.Ranks.Count);
    }

    /// <summary>Without --threads the cards of a processor share its cores; with it, only as many cards are timed as have cores.</summary>
    [Fact]
    public void Cards_of_a_processor_share_its_cores_and_memory()
    {
        PlanRequest request = Request("144p", "2s", 2) with { CardType = null };
        PlanReport two = Planner.Plan(request);
        PlanReport crowded = Planner.Plan(request with { Generation = request.Generation with { Threads = Environment.ProcessorCount } });
        Assert.Equal("fp32", two.ComputeDtype);
        Assert.Equal(crowded.Memory.UsableBytes, two.Memory.UsableBytes);
        Assert.InRange(two.Memory.UsableBytes, 1, two.CardType.MemoryBytes / 2);
        Assert.Equal(Environment.ProcessorCount > 1, two.Seconds is not null);
        Assert.Null(crowded.Seconds);
        Assert.Contains(crowded.Notes, note => note.Contains("--threads", StringComparison.Ordinal));
    }

    [Fact]
    public void Sensible_cards_are_the_most_above_the_threshold()
    {
        PlanReport plan = Planner.Plan(Request("480p", "4s", 4));
        SensibleCards sensible = plan.Sensible!;
        Assert.Equal(60, sensible.Most);
        Assert.Equal(sensible.Curve.Where(point => point.Efficiency >= 0.7).Max(point => point.Cards), sensible.Cards);
        Assert.Contains(sensible.Curve, point => point.Cards == 4);
    }

    [Fact]
    public void Launches_that_take_longer_than_their_kernels_are_noted()
    {
        File.WriteAllText(_file, "- name: far\n  memory_bytes: 80000000000\n  flops: { bf16: 989e12 }\n  memory_bytes_per_second: 3e12\n  kernel_seconds: 1e-3\n");
        Assert.Contains(Planner.Plan(Request("480p", "4s", 1, card: "far")).Notes, note => note.StartsWith("launches bind", StringComparison.Ordinal));
        Assert.DoesNotContain(Planner.Plan(Request("144p", "1", 1)).Notes, note => note.StartsWith("launches bind", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cards", "61", "60")]
    [InlineData("text", "301", "300")]
    [InlineData("efficiency", "2", "up to 1")]
    [InlineData("model", "half", "full or demo")]
    [InlineData("type", "h1000", "h100-80g")]
    public void Bad_values_are_refused_in_words(string what, string value, string remedy)
    {
        PlanRequest request = Request("480p", "4s", what == "cards" ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : 1);
        request = what switch
        {
            "text" => request with { TextLength = 301 },
            "efficiency" => request with { Efficiency = 2 },
            "model" => request with { Model = value },
            "type" => request with { CardType = value },
            _ => request,
        };
        string message = Assert.Throws<InputException>(() => Planner.Plan(request)).Message;
        Assert.Contains(value, message);
        Assert.Contains(remedy, message);
    }

    private PlanRequest Request(string resolution, string frames, int cards, string dtype = "bf16", string card = "h100-80g") => new()
    {
        Generation = new GenerationRequest { Resolution = resolution, NumFrames = frames, Cards = cards, Dtype = dtype },
        Model = "full",
        CardType = card,
        CardTypes = new FileInfo(_file).Length > 0 ? _file : null,
    };
}
