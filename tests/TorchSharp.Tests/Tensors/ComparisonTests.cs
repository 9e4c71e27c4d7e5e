namespace TorchSharp.Tests.Tensors;

public class ComparisonTests
{
    [Fact]
    public void Comparisons_are_true_and_false_by_element()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f, 3f });

        Assert.Equal([false, true, false], x.eq(2).Bools());
        Assert.Equal([true, false, true], x.ne(2).Bools());
        Assert.Equal([false, true, true], x.ge(tensor(2f)).Bools());
        Assert.Equal([false, false, true], (x > 2).Bools());
        Assert.Equal([true, false, false], (x < 2).Bools());
        Assert.Equal([true, true, false], (x <= 2).Bools());
        Assert.Equal([true, false, false], (2 > x).Bools());
    }

    [Fact]
    public void Truth_is_combined()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = tensor(new[] { true, true, false }), b = tensor(new[] { true, false, false });

        Assert.Equal([true, false, false], (a & b).Bools());
        Assert.Equal([true, true, false], (a | b).Bools());
        Assert.Equal([false, true, false], (a ^ b).Bools());
        Assert.Equal([false, false, true], (~a).Bools());
        Assert.Equal([false, false, true], a.logical_not().Bools());
        Assert.Equal([true, false, false], logical_and(a, b).Bools());
    }

    [Fact]
    public void Where_chooses_by_element()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f, 3f });

        Assert.Equal([0f, 2f, 3f], where(x > 1, x, zeros_like(x)).Floats());
        Assert.Equal([1f, 9f, 9f], x.masked_fill(x > 1, 9).Floats());
        Assert.Equal([2f, 3f], x.masked_select(x > 1).Floats());
        Assert.Equal([3f, 2f, 3f], maximum(x, tensor(new[] { 3f, 2f, 1f })).Floats());
    }

    [Fact]
    public void Whole_tensors_are_compared()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, float.NaN });

        Assert.False(x.allclose(x));
        Assert.True(x.allclose(x, equal_nan: true));
        Assert.True(ones(2).Equals(ones(2)));
        Assert.False(ones(2).Equals(ones(3)));
        Assert.Equal([false, true], x.isnan().Bools());
        Assert.Equal([true, false], x.isfinite().Bools());
    }
}
