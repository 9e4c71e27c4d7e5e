using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts.Clips;

namespace OpenSora.Contracts.Tests.Clips;

public sealed class FrameSizeTests
{
    [Theory]
    [InlineData(7, 100)]
    [InlineData(100, 0)]
    [InlineData(-8, 8)]
    [InlineData(16385, 8)]
    public void ASizeOutOfRangeIsRefusedWithTheLimit(int height, int width)
    {
        string message = Assert.Throws<InputException>(() => new FrameSize(height, width)).Message;
        Assert.Contains($"{height}x{width}", message, StringComparison.Ordinal);
        Assert.Contains("8 to 16384", message, StringComparison.Ordinal);
    }

    [Fact]
    public void EvenTheDefaultIsASize() => Assert.Equal(new FrameSize(8, 8), default);

    [Fact]
    public void SidesComeBackAsGiven() => Prop.ForAll(Sides(), Sides(), (height, width) =>
    {
        FrameSize size = new(height, width);
        (int h, int w) = size;
        return h == height && w == width && size.Rgb24Bytes == 3L * height * width && size.ToString() == $"{height}x{width}";
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<int> Sides() => Gen.Choose(FrameSize.Smallest, FrameSize.Largest).ToArbitrary();
}
