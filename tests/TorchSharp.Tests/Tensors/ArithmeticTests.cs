namespace TorchSharp.Tests.Tensors;

public class ArithmeticTests
{
    [Fact]
    public void Operators_take_tensors_and_numbers_on_both_sides()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f, 4f });

        Assert.Equal([2f, 4f, 8f], (x + x).data<float>().ToArray());
        Assert.Equal([3f, 4f, 6f], (x + 2).data<float>().ToArray());
        Assert.Equal([-1f, 0f, 2f], (x - 2).data<float>().ToArray());
        Assert.Equal([1f, 0f, -2f], (2 - x).data<float>().ToArray());
        Assert.Equal([0.5f, 1f, 2f], (x * 0.5).data<float>().ToArray());
        Assert.Equal([4f, 2f, 1f], (4f / x).data<float>().ToArray());
        Assert.Equal([0.25f, 0.5f, 1f], (x / 4L).data<float>().ToArray());
        Assert.Equal([1f, 2f, 1f], (x % 3).data<float>().ToArray());
        Assert.Equal([-1f, -2f, -4f], (-x).data<float>().ToArray());
    }
}
