using OpenSora.DemoModel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Tests.Training;

public sealed class AdamWTests
{
    /// <summary>With a gradient that never changes both unbiased moments are it and its square: each step is the rate, by the sign.</summary>
    [Fact]
    public void AConstantGradientMovesByTheRate()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor(new float[] { 1, -2, 3 }), gradient = tensor(new[] { 0.5f, -4, 1e-3f }), first = zeros_like(weight), second = zeros_like(weight);
        AdamW optimiser = new(Epsilon: 0);
        for (int step = 1; step <= 10; step++)
            optimiser.Step(weight, gradient, first, second, step, learningRate: 0.01);
        Assert.Equal([0.9f, -1.9f, 2.9f], weight.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    /// <summary>Two steps by the formulas of the paper, in double precision.</summary>
    [Fact]
    public void TwoStepsAreThoseOfThePaper()
    {
        const double b1 = 0.9, b2 = 0.99, epsilon = 1e-8, decay = 0.1, rate = 0.02;
        double[] gradients = [0.3, -0.7];
        (double w, double m, double v) = (2, 0, 0);
        for (int step = 1; step <= 2; step++)
        {
            double g = gradients[step - 1];
            (m, v) = (b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g);
            w = w * (1 - rate * decay) - rate * (m / (1 - Math.Pow(b1, step))) / (Math.Sqrt(v / (1 - Math.Pow(b2, step))) + epsilon);
        }

        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = full([1, 1], 2f), first = zeros_like(weight), second = zeros_like(weight);
        AdamW optimiser = new(b1, b2, epsilon, decay);
        for (int step = 1; step <= 2; step++)
            optimiser.Step(weight, full([1, 1], (float)gradients[step - 1]), first, second, step, rate);
        Assert.Equal(w, weight.item<float>(), 1e-5);
        Assert.Equal(m, first.item<float>(), 1e-6);
        Assert.Equal(v, second.item<float>(), 1e-6);
    }

    /// <summary>Biases and norms keep their size: weight decay is for matrices and kernels.</summary>
    [Fact]
    public void OnlyMatricesDecay()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        AdamW optimiser = new(WeightDecay: 0.5);
        foreach ((long[] shape, float expected) in new[] { (new long[] { 3 }, 1f), (new long[] { 3, 1 }, 0.95f) })
        {
            Tensor weight = ones(shape);
            optimiser.Step(weight, zeros(shape), zeros(shape), zeros(shape), 1, learningRate: 0.1);
            Assert.All(weight.data<float>().ToArray(), value => Assert.Equal(expected, value, 1e-6f));
        }
    }
}
