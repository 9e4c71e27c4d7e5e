namespace TorchSharp.Tests.Tensors;

public class ArithmeticTests
{
    [Fact]
    public void Operators_take_tensors_and_numbers_on_both_sides()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f, 4f });

        Assert.Equal([2f, 4f, 8f], (x + x).Floats());
        Assert.Equal([3f, 4f, 6f], (x + 2).Floats());
        Assert.Equal([-1f, 0f, 2f], (x - 2).Floats());
        Assert.Equal([1f, 0f, -2f], (2 - x).Floats());
        Assert.Equal([0.5f, 1f, 2f], (x * 0.5).Floats());
        Assert.Equal([4f, 2f, 1f], (4f / x).Floats());
        Assert.Equal([0.25f, 0.5f, 1f], (x / 4L).Floats());
        Assert.Equal([1f, 2f, 1f], (x % 3).Floats());
        Assert.Equal([-1f, -2f, -4f], (-x).Floats());
    }

    [Fact]
    public void Operations_in_place_change_the_tensor_and_give_it_back()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f, 4f });

        Assert.Same(x, x.add_(1));
        Assert.Same(x, x.mul_(x));
        Assert.Same(x, x.sub_(tensor(new[] { 4f, 9f, 25f })));
        Assert.Equal([0f, 0f, 0f], x.Floats());
        Assert.Equal([1f, 1f, 1f], x.exp_().Floats());
        Assert.Equal([0.5f, 0.5f, 0.5f], x.div_(2).Floats());
        Assert.Equal([2.5f, 2.5f, 2.5f], x.add_(ones(3), 2).Floats());
    }

    [Fact]
    public void Shapes_are_broadcast()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = tensor(new[] { 10f, 20f }).unsqueeze(1) + tensor(new[] { 1f, 2f, 3f });

        Assert.Equal([2L, 3L], sum.shape);
        Assert.Equal([11f, 12f, 13f, 21f, 22f, 23f], sum.Floats());
    }

    [Fact]
    public void Types_are_promoted_as_in_torch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = tensor(new[] { 1L, 2L });

        Assert.Equal(ScalarType.Int64, (whole + 1).dtype);
        Assert.Equal(ScalarType.Float32, (whole + 0.5).dtype);
        Assert.Equal(ScalarType.Float32, (whole / 2).dtype);
        Assert.Equal(ScalarType.BFloat16, (ones(2, dtype: ScalarType.BFloat16) * 3.0).dtype);
    }

    [Fact]
    public void Division_rounds_as_asked()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { -7f, 7f });

        Assert.Equal([-3.5f, 3.5f], x.div(2).Floats());
        Assert.Equal([-4f, 3f], x.div(2, RoundingMode.floor).Floats());
        Assert.Equal([-3f, 3f], x.div(2, RoundingMode.trunc).Floats());
        Assert.Equal([-4f, 3f], x.floor_divide(2).Floats());
        Assert.Equal([1f, 1f], x.remainder(2).Floats());
    }

    [Fact]
    public void Fused_forms_scale_their_products()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 1f }), a = tensor(new[] { 2f, 3f }), b = tensor(new[] { 5f, 7f });

        Assert.Equal([21f, 43f], x.addcmul(a, b, 2).Floats());
        Assert.Equal([11f, 22f], addcmul(x, a, b, 1).Floats());
        Assert.Equal([2.5f, 4f], x.lerp(tensor(new[] { 4f, 7f }), tensor(new[] { 0.5f, 0.5f })).Floats());
        Assert.Equal([11f, 22f], x.addcmul_(a, b, 1).Floats());
    }

    [Fact]
    public void Powers_and_rounding()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([1f, 4f, 9f], tensor(new[] { 1f, 2f, 3f }).pow(2).Floats());
        Assert.Equal([9f], tensor(new[] { 3f }).square().Floats());
        Assert.Equal([0f, 2f, 2f, -2f], tensor(new[] { 0.5f, 1.5f, 2.5f, -1.5f }).round().Floats()); // halves to even
        Assert.Equal([1.23f], tensor(new[] { 1.2345f }).round(2).Floats());
        Assert.Equal([-2f, 1f], tensor(new[] { -1.5f, 1.5f }).floor().Floats());
        Assert.Equal([-1f, 2f], tensor(new[] { -1.5f, 1.5f }).ceil().Floats());
    }
}
