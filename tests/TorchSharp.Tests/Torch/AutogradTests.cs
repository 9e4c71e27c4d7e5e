using static TorchSharp.Tests.Values;

namespace TorchSharp.Tests.Torch;

public class AutogradTests
{
    [Fact]
    public void Gradients_of_a_linear_layer()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor(new[] { 1f, 2f, 3f, 4f }, [2, 2], requires_grad: true);
        Tensor input = tensor(new[] { 5f, 6f }, [1, 2]);

        nn.functional.linear(input, weight).sum().backward();

        Assert.Equal([5f, 6f, 5f, 6f], weight.grad!.Floats());
        Assert.Null(input.grad);
        weight.grad = null;
        Assert.Null(weight.grad);
    }

    [Fact]
    public void A_few_steps_of_descent_find_the_minimum()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 4f, -3f }, requires_grad: true), target = tensor(new[] { 1f, 2f });
        for (int step = 0; step < 60; step++)
        {
            nn.functional.mse_loss(x, target, nn.Reduction.Sum).backward();
            using IDisposable frozen = no_grad();
            x.add_(x.grad!, -0.2);
            x.grad = null;
        }
        Close([1f, 2f], x.detach(), 1e-5);
    }

    [Fact]
    public void Modes_record_nothing_and_end()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(1, requires_grad: true);

        using (no_grad())
            Assert.False((x * 2).requires_grad);
        Assert.True((x * 2).requires_grad);
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.False(is_inference_mode_enabled());
        Assert.False((x * 2).detach().requires_grad);
        Assert.True(x.is_leaf);
        Assert.False((x * 2).is_leaf);
    }
}
