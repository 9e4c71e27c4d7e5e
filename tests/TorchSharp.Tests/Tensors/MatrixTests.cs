using static TorchSharp.Tests.Values;

namespace TorchSharp.Tests.Tensors;

public class MatrixTests
{
    [Fact]
    public void Products()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Counting(2, 2), b = Counting(2, 2) + 1;

        Assert.Equal([3f, 4f, 11f, 16f], a.mm(b).Floats());
        Assert.Equal([3f, 4f, 11f, 16f], matmul(a, b).Floats());
        Assert.Equal([3f, 4f, 11f, 16f], a.unsqueeze(0).bmm(b.unsqueeze(0)).Floats());
        Assert.Equal([3f, 4f, 11f, 16f], einsum("ij,jk->ik", a, b).Floats());
        Assert.Equal([2f, 8f], a.mv(tensor(new[] { 1f, 2f })).Floats());
        Assert.Equal([0f, 0f, 3f, 4f], outer(tensor(new[] { 0f, 1f }), tensor(new[] { 3f, 4f })).Floats());
        Assert.Equal(11f, tensor(new[] { 1f, 2f }).dot(tensor(new[] { 3f, 4f })).item<float>());
    }

    [Fact]
    public void Added_products_scale_both_parts()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Counting(2, 2), b = Counting(2, 2) + 1, x = ones(2, 2);

        Assert.Equal([4f, 5f, 12f, 17f], x.addmm(a, b).Floats());
        Assert.Equal([8f, 10f, 24f, 34f], x.addmm(a, b, beta: 2, alpha: 2).Floats());
        Assert.Equal([3f, 4f, 11f, 16f], x.unsqueeze(0).baddbmm(a.unsqueeze(0), b.unsqueeze(0), beta: 0).Floats());
    }
}
