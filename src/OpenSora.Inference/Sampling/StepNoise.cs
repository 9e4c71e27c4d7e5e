using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>
/// The fresh noise that a batch with edits takes in each step, drawn from a copy of a run's random numbers: whoever has the
/// copy draws the same, and can begin at any step.
/// </summary>
/// <param name="state">Of the run's <see cref="NoiseSource"/> before the first step.</param>
/// <param name="model">Type of the network's numbers.</param>
/// <param name="shape">[n, c, T, h, w] of the batch.</param>
public sealed class StepNoise(byte[] state, ScalarType model, long[] shape) : IDisposable
{
    private readonly NoiseSource _noise = NoiseSource.From(state);
    private int _next;

    /// <summary>Noise of one step, per sample [T, S, 4c] in float32. Steps that are left out are drawn and dropped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A step before the last one that was asked for.</exception>
    public IReadOnlyList<Tensor> At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, _next);
        for (; _next < step; _next++)
            Draw(_noise, _next, model, shape).Dispose();
        _next++;
        using DisposeScope scope = NewDisposeScope();
        return [.. Draw(_noise, step, model, shape).unbind(0).Select(latent => Patches.FromLatent(latent).MoveToOuterDisposeScope())];
    }

    /// <summary>The state of the random numbers after so many steps; those that were not asked for are drawn and dropped.</summary>
    public byte[] StateAfter(int steps)
    {
        for (; _next < steps; _next++)
            Draw(_noise, _next, model, shape).Dispose();
        return _noise.State;
    }

    /// <summary>
    /// Noise of one step like the batch, [n, c, T, h, w] in float32. In the first step the original's state still has the
    /// model's type, and so have the numbers that are drawn like it.
    /// </summary>
    public static Tensor Draw(NoiseSource noise, int step, ScalarType model, long[] shape)
    {
        using Tensor drawn = noise.Normal(step == 0 ? model : ScalarType.Float32, shape);
        return drawn.to(ScalarType.Float32, copy: true);
    }

    public void Dispose() => _noise.Dispose();
}
