using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Tests.Simulation;

public class StepSimulationTests
{
    /// <summary>Odd and even gangs, more ranks than units, one frame, sizes that nothing divides, several nodes.</summary>
    public static TheoryData<string, string, int> Gangs => new()
    {
        { "144p", "1", 1 }, { "144p", "1", 2 }, { "144p", "51", 1 }, { "144p", "51", 2 }, { "144p", "51", 3 }, { "240p", "51", 4 },
        { "240p", "51", 5 }, { "240p", "51", 30 }, { "240p", "30", 7 }, { "480p", "102", 8 }, { "480p", "102", 11 }, { "720p", "51", 16 },
        { "720p", "408", 40 },
    };

    /// <summary>Work done is work planned, and bytes sent are those of the plan, rank by rank.</summary>
    [Theory]
    [MemberData(nameof(Gangs))]
    public void Conserves_work_and_bytes(string resolution, string frames, int cards)
    {
        Job job = Clip.Job(resolution, frames);
        GangPlan plan = GangPlan.For(job.Units, cards);
        Traffic traffic = Traffic.Of(plan, ModelShape.Full.Transformer, 2);
        StepResult step = job.Step(cards);
        Assert.Equal(Enumerable.Range(0, cards).Select(traffic.BytesSent), step.BytesSent);
        Assert.Equal(Enumerable.Range(0, cards).Select(traffic.TokensComputed), step.TokensComputed);
        Assert.Equal(2 * 2 * 28 * job.Units.Frames * job.Units.Positions, step.TokensComputed.Sum());
    }

    /// <summary>Every part comes, over fewer messages between nodes; with many nodes and messages that cost much, that is faster.</summary>
    [Theory]
    [InlineData("240p", "51", 5, 2)]
    [InlineData("240p", "51", 30, 8)]
    [InlineData("480p", "102", 11, 4)]
    [InlineData("720p", "408", 40, 8)]
    [InlineData("720p", "51", 16, 16)]
    public void A_switch_over_two_levels_sends_fewer_messages_between_nodes(string resolution, string frames, int cards, int node)
    {
        Job job = Clip.Job(resolution, frames, Clip.H100 with { CardsPerNode = node, NetworkMessageSeconds = 1e-3 });
        StepResult one = job.Step(cards), two = job.Step(cards, twoLevels: true);
        Assert.Equal(one.TokensComputed, two.TokensComputed);
        if (cards <= node)
        {
            Assert.Equal((0, one.Seconds), (two.MessagesBetweenNodes, two.Seconds));
            return;
        }
        Assert.InRange(two.MessagesBetweenNodes, 1, cards == 5 ? one.MessagesBetweenNodes : one.MessagesBetweenNodes - 1); // five: a node has one card of a half
        Assert.InRange(two.BytesSent.Sum(), one.BytesSent.Sum(), 2 * one.BytesSent.Sum());
        if (cards == 40)
            Assert.InRange(two.Seconds, 0, one.Seconds);
    }

    [Fact]
    public void One_card_sends_nothing_and_never_stands_still()
    {
        StepResult step = Clip.Job("480p", "51").Step(1);
        Assert.Equal([0L], step.BytesSent);
        Assert.Equal(step.Seconds, step.BusySeconds[0], step.Seconds * 1e-9);
    }

    /// <summary>On one card a step takes what its units take, one after the other.</summary>
    [Fact]
    public void One_card_takes_the_sum_of_its_kernels()
    {
        Job job = Clip.Job("480p", "51");
        Assert.Equal(2 * job.Rate.Seconds(job.Forward), job.Step(1).Seconds, 0.01 * job.Step(1).Seconds);
    }

    [Fact]
    public void More_cards_are_never_slower_and_never_more_than_fully_efficient()
    {
        Job job = Clip.Job("720p", "102");
        double before = double.PositiveInfinity;
        foreach (int cards in new[] { 1, 2, 3, 4, 6, 8, 12, 16, 24, 60 })
        {
            double seconds = job.Step(cards).Seconds;
            Assert.InRange(seconds, 0, before);
            Assert.InRange(job.Efficiency(cards), 0, 1 + 1e-9);
            before = seconds;
        }
    }

    [Fact]
    public void Slower_links_and_smaller_nodes_are_never_faster()
    {
        double At(CardType card) => Clip.Job("480p", "51", card).Step(8).Seconds;
        double fast = At(Clip.H100), slow = At(Clip.H100 with { LinkBytesPerSecond = 5e9 }), slower = At(Clip.H100 with { LinkBytesPerSecond = 1e9 });
        double twoNodes = At(Clip.H100 with { CardsPerNode = 4 }), slowNetwork = At(Clip.H100 with { CardsPerNode = 2, NetworkBytesPerSecond = 1e9 });
        Assert.InRange(slow, fast, double.MaxValue);
        Assert.InRange(slower, 1.2 * slow, double.MaxValue);
        Assert.InRange(twoNodes, fast, double.MaxValue);
        Assert.InRange(slowNetwork, 1.2 * twoNodes, double.MaxValue);
    }

    /// <summary>With links that carry nothing in no time, a step is not shorter than its bytes over the narrowest way.</summary>
    [Fact]
    public void A_step_is_not_shorter_than_its_bytes()
    {
        CardType card = Clip.H100 with { LinkBytesPerSecond = 1e8 };
        StepResult step = Clip.Job("240p", "51", card).Step(4);
        Assert.InRange(step.Seconds, step.BytesSent.Max() / (0.7 * 1e8), double.MaxValue);
    }

    [Fact]
    public void Is_the_same_each_time()
    {
        StepResult first = Clip.Job("480p", "102").Step(11), second = Clip.Job("480p", "102").Step(11);
        Assert.Equal(first.Seconds, second.Seconds);
        Assert.Equal(first.Events, second.Events);
        Assert.Equal(first.BusySeconds, second.BusySeconds);
    }

    [Fact]
    public void Groups_are_whole_units_in_order()
    {
        UnitPlan units = Clip.Units(Clip.Of("240p", "51"));
        GangWork work = new(GangPlan.For(units, 3), ModelShape.Full.Transformer, null!, null!, 2);
        foreach (Seat seat in work.Plan.Seats)
            foreach (TokenLayout layout in Enum.GetValues<TokenLayout>())
            {
                IReadOnlyList<Run> groups = work.Groups(seat, layout, 4);
                Assert.InRange(groups.Count, 1, 4);
                Assert.Equal(seat.Held(layout).First, groups[0].First);
                Assert.Equal(seat.Held(layout).End, groups[^1].End);
                for (int i = 1; i < groups.Count; i++)
                    Assert.Equal(groups[i - 1].End, groups[i].First);
                Assert.All(groups, group => Assert.NotEmpty(units.Units(layout, group))); // whole units, or it throws
            }
    }
}
