using static TorchSharp.Tests.Values;

namespace TorchSharp.Tests.Tensors;

public class ViewTests
{
    [Fact]
    public void Views_share_memory_and_copies_do_not()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(2, 3);

        foreach (Tensor view in (Tensor[])[x.view(3, 2), x.t(), x[1], x.narrow(1, 0, 2), x.unsqueeze(0), x.detach(), x.reshape(6), x.select(0, 1), x.unbind(0)[1], x.chunk(2, 0)[1]])
            Assert.False(view.Handle == x.Handle);
        x.t().narrow(0, 2, 1).fill_(9);
        Tensor copy = x.clone();
        x[0].zero_();

        Assert.Equal([0f, 0f, 0f, 3f, 4f, 9f], x.Floats());
        Assert.Equal([0f, 1f, 9f, 3f, 4f, 9f], copy.Floats());
    }

    [Fact]
    public void Shapes_change_as_in_torch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(2, 3, 4);

        Assert.Equal([4L, 2L, 3L], x.permute(2, 0, 1).shape);
        Assert.Equal([2L, 4L, 3L], x.transpose(1, 2).shape);
        Assert.Equal([6L, 4L], x.flatten(0, 1).shape);
        Assert.Equal([2L, 3L, 2L, 2L], x.unflatten(-1, 2, 2).shape);
        Assert.Equal([2L, 12L], x.view(2, -1).shape);
        Assert.Equal([1L, 2L, 3L, 4L], x.unsqueeze(0).shape);
        Assert.Equal([3L, 4L], x.narrow(0, 0, 1).squeeze(0).shape);
        Assert.Equal([2L, 3L, 4L], x.unsqueeze(1).unsqueeze(-1).squeeze().shape);
        Assert.Equal([5L, 2L, 3L, 4L], x.expand(5, -1, -1, -1).shape);
        Assert.Equal([3L, 4L, 2L], x.movedim([0], [2]).shape);
        Assert.Equal((24L, 3L, 4L), (x.numel(), x.ndim, x.size(-1)));
        Assert.Equal([12L, 4L, 1L], x.stride());
    }

    [Fact]
    public void A_permuted_tensor_is_not_contiguous_until_it_is_made_so()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(2, 3).t();

        Assert.False(x.is_contiguous());
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], x.Floats());
        Assert.True(x.contiguous().is_contiguous());
        Assert.Throws<InvalidOperationException>(() => x.bytes.Length);
    }

    [Fact]
    public void Repeated_numbers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f });

        Assert.Equal([1f, 2f, 1f, 2f], x.repeat(2).Floats());
        Assert.Equal([1f, 1f, 2f, 2f], x.repeat_interleave(2).Floats());
        Assert.Equal([1f, 2f, 2f], x.repeat_interleave(tensor(new[] { 1L, 2L })).Floats());
        Assert.Equal([2f, 1f], x.flip(0).Floats());
        Assert.Equal([2f, 1f], x.roll(1).Floats());
        Assert.Equal([1f, 1f, 0f, 1f], ones(2, 2).triu().Floats());
        Assert.Equal([1f, 0f, 1f, 1f], ones(2, 2).tril().Floats());
    }

    [Fact]
    public void Pieces_put_together_are_the_whole()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(5, 2);

        Assert.Equal([2L, 2L, 1L], x.split(2).Select(piece => piece.shape[0]));
        Assert.Equal([1L, 4L], x.split([1, 4], dim: 0).Select(piece => piece.shape[0]));
        Assert.Equal([3L, 2L], x.chunk(2).Select(piece => piece.shape[0]));
        Assert.Equal(5, x.unbind(0).Length);
        Assert.Equal([0f, 2f, 4f, 6f, 8f], x.unbind(-1)[0].Floats());
        Assert.Equal(x.Floats(), cat(x.split(2)).Floats());
        Assert.Equal(x.Floats(), stack(x.unbind(0)).Floats());
    }

    [Fact]
    public void Windows_and_strides()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Counting(5);

        Assert.Equal([0f, 1f, 2f, 2f, 3f, 4f], x.unfold(0, 3, 2).Floats());
        Assert.Equal([1f, 3f, 2f, 4f], x.as_strided([2, 2], [1, 2], 1).Floats());
        Assert.Equal([1f, 3f], x.slice(0, 1, 5, 2).Floats());
    }
}
