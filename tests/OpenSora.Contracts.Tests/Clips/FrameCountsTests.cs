using System.Text.Json;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests.Clips;

public sealed class FrameCountsTests
{
    [Fact]
    public void EveryLengthIsTheOriginals() =>
        Assert.All(GoldenTable.Rows("case7_utils", "num_frames.json"), row => Assert.Equal(GoldenTable.Expected(row), Ours(row, FrameTable.OpenSora)));

    [Fact]
    public void TheEnflameTableIsThePorts()
    {
        using JsonDocument table = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Golden, "case7_utils", "enflame.json")));
        foreach (JsonElement row in table.RootElement.GetProperty("num_frames").EnumerateArray())
        {
            Assert.Equal(GoldenTable.Expected(row.GetProperty("enflame")), Ours(row, FrameTable.Enflame));
            Assert.Equal(GoldenTable.Expected(row.GetProperty("upstream")), Ours(row, FrameTable.OpenSora));
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("1.5")]
    [InlineData("100001")]
    [InlineData("99999999999")]
    [InlineData("")]
    public void AnImpossibleLengthNamesTheLimit(string length)
    {
        string message = Assert.Throws<InputException>(() => FrameCounts.Of(length)).Message;
        Assert.Contains($"'{length}'", message, StringComparison.Ordinal);
        Assert.Contains("1 to 100000", message, StringComparison.Ordinal);
        Assert.Contains("16x", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownTableIsRefused() => Assert.Throws<InputException>(() => FrameTables.Parse("Enflame"));

    private static string Ours(JsonElement row, FrameTable table) =>
        GoldenTable.Outcome(() => FrameCounts.Of(row.GetProperty("num_frames").ToString(), table));
}
