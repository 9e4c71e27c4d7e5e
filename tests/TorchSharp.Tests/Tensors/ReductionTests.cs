using static TorchSharp.Tests.Values;

namespace TorchSharp.Tests.Tensors;

public class ReductionTests
{
    [Fact]
    public void Sums_and_means_over_everything_or_some_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(2, 3);

        Assert.Equal(15f, x.sum().item<float>());
        Assert.Equal([3f, 5f, 7f], x.sum(dim: 0).Floats());
        Assert.Equal([1L, 1L], x.sum([0, 1], keepdim: true).shape);
        Assert.Equal(2.5f, x.mean().item<float>());
        Assert.Equal([1f, 4f], x.mean([1]).Floats());
        Assert.Equal(ScalarType.Float64, x.mean([1], type: ScalarType.Float64).dtype);
        Assert.Equal([0f, 1f, 3f, 3f, 7f, 12f], x.cumsum(1).Floats());
        Assert.Equal(120f, (x + 1).narrow(0, 0, 2).reshape(6).narrow(0, 0, 5).prod().item<float>());
    }

    [Fact]
    public void Variance_is_unbiased_unless_told_otherwise()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f, 3f, 6f });

        Close([14f / 3], x.var());
        Close([3.5f], x.var(unbiased: false));
        Close([3.5f], x.var([0], unbiased: false));
        Close([MathF.Sqrt(3.5f)], x.std(0L, unbiased: false));
        Close([MathF.Sqrt(50f)], x.norm());
    }

    [Fact]
    public void Extremes_and_where_they_are()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 3f, 1f, 2f, 5f, 4f, 6f }).view(2, 3);

        Assert.Equal(6f, x.max().ToSingle());
        Assert.Equal(1f, x.min().ToSingle());
        (Tensor values, Tensor places) = x.max(1);
        Assert.Equal([3f, 6f], values.Floats());
        Assert.Equal([0L, 2L], places.Longs());
        Assert.Equal([1f, 4f], x.amin([1]).Floats());
        Assert.Equal([6f], x.amax([0, 1], keepdim: true).Floats());
        Assert.Equal([1L, 1L, 1L], x.argmax(0).Longs());
        Assert.Equal(5L, x.argmax().ToInt64());
    }

    [Fact]
    public void All_and_any()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { true, false, true, true }).view(2, 2);

        Assert.False(x.all().ToBoolean());
        Assert.True(x.any().ToBoolean());
        Assert.Equal([false, true], x.all(1).Bools());
    }
}
