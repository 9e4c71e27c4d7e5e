using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Units;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Tests.Simulation;

public class UnitSizesTests
{
    [Fact]
    public void The_size_of_the_kind_is_marked_and_timed_as_a_job_is()
    {
        UnitSizesReport units = Units("h100-80g", "480p", "2s");
        UnitSizeRow chosen = Assert.Single(units.Rows, row => row.Chosen);
        Assert.Equal((UnitSize.Accelerator.LeastRows, 1L, 133L), (chosen.RowsWanted, chosen.FramesPerUnit, chosen.PositionsPerUnit));
        Assert.Equal([1, 2, 4, 8, 16], chosen.Points.Select(point => point.Cards));
        Assert.Equal(1, units.Rows.Max(row => row.Points[0].Efficiency));
        Assert.All(units.Rows.SelectMany(row => row.Points), point => Assert.InRange(point.Efficiency!.Value, 0, point.Balance + 1e-9));
        Assert.All(units.Rows.SelectMany(row => row.Points).Where(point => point.Cards <= 2), point => Assert.Equal(1, point.Balance, 1e-9));
    }

    [Fact]
    public void Balance_is_told_of_cards_whose_speed_is_not_published()
    {
        UnitSizesReport units = Units("s60", "480p", "2s");
        Assert.All(units.Rows.SelectMany(row => row.Points), point => Assert.Equal((null, null), (point.StepSeconds, point.Efficiency)));
        Assert.Equal(
            Units("h100-80g", "480p", "2s").Rows.SelectMany(row => row.Points).Select(point => point.Balance),
            units.Rows.SelectMany(row => row.Points).Select(point => point.Balance));
    }

    /// <summary>What an accelerator's units are chosen for: docs/simulator.md.</summary>
    [Theory]
    [InlineData("720p", "16s", 8, 0.95)]
    [InlineData("720p", "16s", 64, 0.67)]
    [InlineData("720p", "16s", 72, 0.67)]
    [InlineData("480p", "2s", 8, 0.95)]
    [InlineData("480p", "16s", 8, 0.95)]
    public void Gangs_are_loaded_evenly(string resolution, string frames, int cards, double least) =>
        Assert.InRange(Clip.Job(resolution, frames).Efficiency(cards), least, 1);

    /// <summary>The original takes 547 s, published.</summary>
    [Theory]
    [InlineData(false, 520)]
    [InlineData(true, 501)]
    public void One_card_is_faster_than_the_original(bool together, double most)
    {
        SimulationReport report = Simulator.Run(Request("scaling", "h100-80g", "720p", "16s") with { ClusterCards = 1 }, CancellationToken.None);
        Assert.InRange(report.Scaling![together ? 1 : 0].Points.Single(point => point.Cards == 1).JobSeconds, 0, most);
    }

    private static UnitSizesReport Units(string card, string resolution, string frames) =>
        Simulator.Run(Request("units", card, resolution, frames), CancellationToken.None).Units!;

    private static SimulationRequest Request(string scenario, string card, string resolution, string frames) => new()
    {
        Generation = new GenerationRequest { Resolution = resolution, NumFrames = frames },
        Scenario = scenario,
        CardType = card,
    };
}
