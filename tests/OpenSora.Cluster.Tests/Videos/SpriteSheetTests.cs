using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Clips;

namespace OpenSora.Cluster.Tests.Videos;

public sealed class SpriteSheetTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(7, 5, 2)]
    [InlineData(200, 5, 5)]
    public void FramesFromTheFirstToTheLastStandInRows(int count, int columns, int rows)
    {
        RgbImage sheet = SpriteSheet.Of(Enumerable.Range(0, count).Select(frame => Grey(4, 2, (byte)frame)), count);
        Assert.Equal((4 * columns, 2 * rows), (sheet.Width, sheet.Height));
        Assert.Equal(0, sheet.Pixels[0]);
        int shown = Math.Min(count, 25), last = shown - 1;
        Assert.Equal(count - 1, sheet.Pixels[3 * ((last / columns * 2 * sheet.Width) + (last % columns * 4))]);
    }

    [Fact]
    public void LargeFramesAreShrunk()
    {
        RgbImage sheet = SpriteSheet.Of([Grey(1280, 720, 9), Grey(1280, 720, 10)], 2);
        Assert.Equal((640, 180), (sheet.Width, sheet.Height));
        Assert.Equal((9, 10), (sheet.Pixels[0], sheet.Pixels[^1]));
    }

    private static RgbImage Grey(int width, int height, byte level) => new(width, height, [.. Enumerable.Repeat(level, 3 * width * height)]);
}
