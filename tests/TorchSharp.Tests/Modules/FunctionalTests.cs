using static TorchSharp.Tests.Values;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests.Modules;

public class FunctionalTests
{
    [Fact]
    public void Linear_multiplies_by_the_transposed_weight()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f }, [1, 2]), weight = tensor(new[] { 1f, 0f, 0f, 1f, 1f, 1f }, [3, 2]);

        Assert.Equal([1f, 2f, 3f], functional.linear(x, weight).Floats());
        Assert.Equal([2f, 3f, 4f], functional.linear(x, weight, ones(3)).Floats());
    }

    [Fact]
    public void Norms_give_mean_0_and_variance_1()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 3f, 10f, 20f }, [1, 2, 2]);

        Close([-1f, 1f, -1f, 1f], functional.layer_norm(x, [2], eps: 0));
        Close([-1f, 1f, -1f, 1f], functional.group_norm(x, 2, eps: 0));
        Close([-1f, 3f, -1f, 3f], functional.layer_norm(x, [2], weight: full([2], 2.0), bias: ones(2), eps: 0));
        Close([-2f, 2f, -1f, 3f], functional.group_norm(x, 2, full([2], 2.0), tensor(new[] { 0f, 1f }), 0));
        Close([0.6f, 0.8f], functional.normalize(tensor(new[] { 3f, 4f }), dim: 0));
    }

    [Fact]
    public void Convolutions_of_one_two_and_three_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([1f, 3f, 5f], functional.conv1d(Counting(1, 1, 4), ones(1, 1, 2)).Floats());
        Assert.Equal([0f, 1f, 3f, 2f], functional.conv1d(Counting(1, 1, 3), ones(1, 1, 2), padding: 1).Floats()[..4]);
        Assert.Equal([8f, 12f, 20f, 24f], functional.conv2d(Counting(1, 1, 3, 3), ones(1, 1, 2, 2)).Floats());
        Assert.Equal([9f], functional.conv2d(Counting(1, 1, 3, 3), ones(1, 1, 2, 2), ones(1), strides: [2, 2]).Floats());
        Assert.Equal([28f], functional.conv3d(Counting(1, 1, 2, 2, 2), ones([1, 1, 2, 2, 2])).Floats());
        Assert.Equal([1L, 1L, 4L, 4L, 4L], functional.conv3d(ones([1, 1, 2, 2, 2]), ones([1, 1, 3, 3, 3]), padding: [2, 2, 2]).shape);
        Assert.Equal([0f, 2f], functional.conv2d(Counting(1, 2, 1, 1) * 2, ones(2, 1, 1, 1), groups: 2).Floats());
    }

    [Fact]
    public void Padding_widens_the_last_dimension_first()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(1, 1, 3);

        Assert.Equal([7f, 0f, 1f, 2f, 7f, 7f], functional.pad(x, (1, 2), value: 7).Floats());
        Assert.Equal([0f, 0f, 1f, 2f, 2f], functional.pad(x, (1, 1), PaddingModes.Replicate).Floats());
        Assert.Equal([1f, 0f, 1f, 2f, 1f], functional.pad(x, (1, 1), PaddingModes.Reflect).Floats());
        Assert.Equal([1L, 2L, 4L], functional.pad(x, [0, 1, 1, 0]).shape);
        Assert.Equal([1f], functional.pad(x, [-1, -1]).Floats());
    }

    [Fact]
    public void Interpolation_by_factor_and_by_size()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([0f, 0f, 1f, 1f], functional.interpolate(Counting(1, 1, 2), scale_factor: [2]).Floats());
        Assert.Equal([1L, 1L, 4L, 6L], functional.interpolate(Counting(1, 1, 2, 3), scale_factor: [2, 2]).shape);
        Assert.Equal([0f, 0.25f, 0.75f, 1f], functional.interpolate(Counting(1, 1, 2), size: [4], mode: InterpolationMode.Linear).Floats());
        Assert.Equal([0f, 0.5f, 1f], functional.interpolate(Counting(1, 1, 2), size: [3], mode: InterpolationMode.Linear, align_corners: true).Floats());
        Assert.Equal([1L, 1L, 2L, 2L, 2L], functional.interpolate(ones([1, 1, 1, 1, 1]), size: [2, 2, 2]).shape);
        Assert.Throws<ArgumentException>(() => functional.interpolate(ones(1, 1, 2)));
    }

    [Fact]
    public void Attention_is_softmax_of_scaled_products()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor q = randn(1, 2, 3, 4, generator: generator), k = randn(1, 2, 5, 4, generator: generator), v = randn(1, 2, 5, 4, generator: generator);
        Tensor mask = tensor(new[] { true, true, false, true, true });

        Tensor scores = q.matmul(k.mT) / 2;
        Close(scores.softmax(-1).matmul(v).Floats(), functional.scaled_dot_product_attention(q, k, v), 1e-5);
        Close(scores.masked_fill(~mask, float.NegativeInfinity).softmax(-1).matmul(v).Floats(),
            functional.scaled_dot_product_attention(q, k, v, mask.expand(3, 5)), 1e-5);
    }

    [Fact]
    public void Losses_and_classes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f }), y = tensor(new[] { 3f, 5f });

        Assert.Equal(6.5f, functional.mse_loss(x, y).item<float>());
        Assert.Equal([4f, 9f], functional.mse_loss(x, y, Reduction.None).Floats());
        Assert.Equal(2.5f, functional.l1_loss(x, y).item<float>());
        Assert.Equal([0L, 0L, 1L, 1L, 0L, 0L], functional.one_hot(tensor(new[] { 2L, 0L }), 3).Longs());
    }
}
