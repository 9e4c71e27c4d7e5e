using OpenSora.Layout.Models;
using OpenSora.Layout.Units;

namespace OpenSora.Layout.Tests.Units;

public class UnitThreadsTests
{
    [Theory]
    [InlineData(96, 5, 16, 1)] // the demo model's own clip
    [InlineData(96, 15, 576, 1)]
    [InlineData(1152, 1, 144, 3)]
    [InlineData(1152, 120, 3600, 3)]
    public void Small_products_are_left_to_one_thread(int hidden, long frames, long positions, int threads) =>
        Assert.Equal(threads, UnitThreads.For(UnitPlan.For(frames, positions, UnitSize.Processor), new STDiT3Config { HiddenSize = hidden }, given: 3));
}
