using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>
/// The fresh noise that a batch with edits takes in each step. Whoever has a copy of the run's random numbers draws the same, and can
/// begin at any step.
/// </summary>
/// <param name="noise">As it is before the first step; what is drawn here is drawn from it.</param>
/// <param name="model">Type of the network's numbers.</param>
/// <param name="shape">[n, c, T, h, w] of the batch.</param>
public sealed class StepNoise(NoiseSource noise, ScalarType model, long[] shape)
{
    private int _next;

    /// <summary>Noise of one step, per sample [T, S, 4c] in float32. Steps that are left out are drawn and dropped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A step before the last one that was asked for.</exception>
    public IReadOnlyList<Tensor> At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, _next);
        SkipTo(step);
        _next++;
        using DisposeScope scope = NewDisposeScope();
        return [.. Draw(noise, step, model, shape).unbind(0).Select(latent => Patches.FromLatent(latent).MoveToOuterDisposeScope())];
    }

    /// <summary>Draws and drops what so many steps take, less what was asked for: the random numbers are then those after these steps.</summary>
    public void SkipTo(int steps)
    {
        for (; _next < steps; _next++)
            Draw(noise, _next, model, shape).Dispose();
    }

    /// <summary>
    /// Noise of one step like the batch, [n, c, T, h, w] in float32. In the first step the original's state still has the
    /// model's type, and so have the numbers that are drawn like it.
    /// </summary>
    internal static Tensor Draw(NoiseSource noise, int step, ScalarType model, long[] shape)
    {
        using Tensor drawn = noise.Normal(step == 0 ? model : ScalarType.Float32, shape);
        return drawn.to(ScalarType.Float32, copy: true);
    }
}
