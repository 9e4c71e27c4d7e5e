using static TorchSharp.Tests.Values;

namespace TorchSharp.Tests.Tensors;

public class IndexingTests
{
    [Fact]
    public void Numbers_and_slices_give_views()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(3, 4);

        Assert.Equal([4f, 5f, 6f, 7f], x[1].Floats());
        Assert.Equal(6f, x[1, 2].item<float>());
        Assert.Equal([3f, 7f, 11f], x[TensorIndex.Colon, -1].Floats());
        Assert.Equal([4f, 6f], x[1, TensorIndex.Slice(step: 2)].Floats());
        Assert.Equal([5f, 6f], x[1, 1..3].Floats());
        Assert.Equal([7f, 11f], x[1.., ^1].Floats());
        Assert.Equal([8f, 9f, 10f], x[^1, ..^1].Floats());
        Assert.Equal([3L, 1L, 4L], x[TensorIndex.Colon, TensorIndex.None].shape);
        Assert.Equal([3f, 7f, 11f], x[TensorIndex.Ellipsis, 3].Floats());
        Assert.Equal([1L, 3L, 4L], x[TensorIndex.Null, TensorIndex.Ellipsis].shape);
    }

    [Fact]
    public void Tensors_pick_places_and_masks_pick_truths()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(3, 2);

        Assert.Equal([4f, 5f, 0f, 1f], x[tensor(new[] { 2L, 0L })].Floats());
        Assert.Equal([5f, 1f], x[tensor(new[] { 2L, 0L }), tensor(new[] { 1L, 1L })].Floats());
        Assert.Equal([3f, 4f, 5f], x[x > 2].Floats());
        Assert.Equal([4f, 0f], x[TensorIndex.Tensor(tensor(new[] { 2L, 0L })), 0].Floats());
        Assert.Equal([1f, 0f, 3f, 2f, 5f, 4f], x.index_select(1, tensor(new[] { 1L, 0L })).Floats());
        Assert.Equal([0f, 3f, 4f], x.gather(1, tensor(new[] { 0L, 1L, 0L }).unsqueeze(1)).Floats());
        Assert.Equal([2L, 0L, 2L, 1L], (x > 3).nonzero().Longs());
    }

    [Fact]
    public void Setting_writes_into_the_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, 3);

        x[0] = ones(3);
        x[1, 1..] = tensor(new[] { 5f, 6f });
        Assert.Equal([1f, 1f, 1f, 0f, 5f, 6f], x.Floats());

        x[x > 4] = tensor(-1f);
        Assert.Equal([1f, 1f, 1f, 0f, -1f, -1f], x.Floats());

        x.index_put_(7, TensorIndex.Colon, 0);
        Assert.Equal([7f, 1f, 1f, 7f, -1f, -1f], x.Floats());
    }

    [Fact]
    public void Accumulation_counts_a_place_as_often_as_it_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(3);

        x.index_put_(ones(3), [tensor(new[] { 1L, 1L, 2L })], accumulate: true);

        Assert.Equal([0f, 2f, 1f], x.Floats());
    }

    [Fact]
    public void Order()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 2f, 3f, 1f });

        Assert.Equal([1f, 2f, 3f], x.sort().Values.Floats());
        Assert.Equal([1L, 0L, 2L], x.argsort(descending: true).Longs());
        Assert.Equal([3f, 2f], x.topk(2).values.Floats());
    }
}
