using System.Text.Json;
using OpenSora.Contracts.Clips;

namespace OpenSora.Contracts.Tests.Clips;

public sealed class ResolutionsTests
{
    [Fact]
    public void EverySizeIsTheOriginals()
    {
        List<JsonElement> rows = GoldenTable.Rows("case7_utils", "image_size.json");
        Assert.True(rows.Count > 200);
        Assert.All(rows, row => Assert.Equal(GoldenTable.Expected(row), Ours(row, FrameTable.OpenSora)));
    }

    [Fact]
    public void TheEnflameTableDiffersInOneSizeOnly()
    {
        JsonElement[] differences = [.. Enflame().GetProperty("image_size_differences").EnumerateArray()];
        Assert.All(differences, row => Assert.Equal(GoldenTable.Expected(row.GetProperty("enflame")), Ours(row, FrameTable.Enflame)));
        (string, string)[] differ = [.. differences.Select(row => (row.GetProperty("resolution").GetString()!, row.GetProperty("aspect_ratio").GetString()!))];
        foreach (JsonElement row in GoldenTable.Rows("case7_utils", "image_size.json"))
            if (!differ.Contains((row.GetProperty("resolution").GetString()!, row.GetProperty("aspect_ratio").GetString()!)))
                Assert.Equal(Ours(row, FrameTable.OpenSora), Ours(row, FrameTable.Enflame));
    }

    [Theory]
    [InlineData("999p", "1:1", "'999p'", "240p", "--image-size")]
    [InlineData("240p", "5:7", "'5:7'", "9:16", "--image-size")]
    [InlineData("512", "1:1", "512", "12:25", "--image-size 512 512")]
    [InlineData("2880", "9:16", "2880", "9:16", "--image-size 2112 3840")]
    public void AMissingSizeNamesTheValueTheLimitAndTheRemedy(string resolution, string ratio, params string[] parts)
    {
        string message = Assert.Throws<InputException>(() => Resolutions.Of(resolution, ratio)).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static string Ours(JsonElement row, FrameTable table) => GoldenTable.Outcome(() =>
    {
        (int height, int width) = Resolutions.Of(row.GetProperty("resolution").GetString()!, row.GetProperty("aspect_ratio").GetString()!, table);
        return new[] { height, width };
    });

    private static JsonElement Enflame()
    {
        using JsonDocument table = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestKit.Repository.Golden, "case7_utils", "enflame.json")));
        return table.RootElement.Clone();
    }
}
