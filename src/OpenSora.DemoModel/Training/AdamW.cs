using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov, Hutter: arXiv 1711.05101) for one parameter at a time. The caller keeps
/// the two moments, so that they are saved with everything else.
/// </summary>
/// <param name="Beta1">Memory of the first moment, in [0, 1).</param>
/// <param name="Beta2">Memory of the second moment, in [0, 1).</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Share of a weight that goes each step, times the learning rate; for matrices and kernels only.</param>
internal sealed record AdamW(double Beta1 = 0.9, double Beta2 = 0.99, double Epsilon = 1e-8, double WeightDecay = 0.01)
{
    /// <summary>Moves a parameter against its gradient, in place. To be called without recording gradients.</summary>
    /// <param name="gradient">Of the parameter's shape; it is left as it is.</param>
    /// <param name="first">Mean of the gradients so far; zeros before the first step.</param>
    /// <param name="second">Mean of their squares so far; zeros before the first step.</param>
    /// <param name="step">Number of this step, from 1.</param>
    public void Step(Tensor parameter, Tensor gradient, Tensor first, Tensor second, long step, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        first.Multiply(Beta1).Add(gradient, 1 - Beta1);
        second.Multiply(Beta2).AddProduct(gradient, gradient, 1 - Beta2);
        double unbias1 = 1 - Math.Pow(Beta1, step), unbias2 = 1 - Math.Pow(Beta2, step);
        if (parameter.ndim > 1 && WeightDecay > 0)
            parameter.Multiply(1 - learningRate * WeightDecay);
        Tensor denominator = second.sqrt().Multiply(1 / Math.Sqrt(unbias2)).Add(Epsilon);
        parameter.AddQuotient(first, denominator, -learningRate / unbias1);
    }
}
