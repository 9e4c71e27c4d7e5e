using OpenSora.Inference.Weights;

namespace OpenSora.Inference.Tests.Weights;

public sealed class ShapeListTests
{
    [Fact]
    public void Keys_and_shapes_are_noted_without_taking_memory()
    {
        ShapeList list = new(key => key != "legacy");

        Assert.Equal([1L << 40, 8], list["block"]["0"].Get("weight", 1L << 40, 8).shape);
        list.Get("alpha");

        Assert.Equal(["block.0.weight", "alpha"], list.Shapes.Keys);
        Assert.Equal(["alpha []", "block.0.weight [1099511627776, 8]"], list.Lines);
        Assert.False(list.Has("legacy"));
        Assert.Throws<InvalidOperationException>(() => list.Get("alpha", 1));
    }
}
