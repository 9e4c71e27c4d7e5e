using OpenSora.Contracts;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>The timesteps of a generation, from noise (1000) towards data (0). Knows no model.</summary>
public sealed class FlowSchedule
{
    /// <summary>Timesteps run from 0 to this.</summary>
    public const int NoiseLevels = 1000;

    private readonly float[] _timesteps;

    private FlowSchedule(float[] timesteps) => _timesteps = timesteps;

    /// <summary>
    /// Falling, all above 0. The first one is 1000 up to float32 rounding: with 1000.0001 the original treats frames that
    /// are to be generated as given in the first step and draws new noise for them in the second, and so do we.
    /// </summary>
    public IReadOnlyList<float> Timesteps => _timesteps;

    /// <summary>Equal steps, shifted for the size of the clip.</summary>
    /// <param name="steps">How many, at least 1.</param>
    /// <param name="height">Nominal height in pixels.</param>
    /// <param name="width">Nominal width in pixels.</param>
    /// <param name="frames">Frames of the video; 1 is an image.</param>
    /// <param name="model">Type of the network's numbers.</param>
    /// <param name="transform">Whether to shift them; default true, as Open-Sora 1.2 does.</param>
    /// <param name="config">How far they are shifted; the original's constants when null.</param>
    /// <exception cref="InputException">Fewer than one step.</exception>
    public static FlowSchedule Create(
        int steps, double height, double width, double frames, ScalarType model, bool transform = true, SchedulerConfig? config = null)
    {
        if (steps < 1)
            throw new InputException($"the number of sampling steps is {steps}, must be at least 1");
        double baseSide = (config ?? new SchedulerConfig()).BaseSide;
        float[] timesteps = new float[steps];
        for (int i = 0; i < steps; i++)
        {
            float t = (float)((1.0 - (double)i / steps) * NoiseLevels);
            timesteps[i] = transform ? TimestepTransform.Apply(t, height, width, frames, model, baseSide) : t;
        }
        return new FlowSchedule(timesteps);
    }

    /// <summary>How far step <paramref name="i"/> goes, as a share of the whole way.</summary>
    public float StepSize(int i) =>
        (i + 1 < _timesteps.Length ? _timesteps[i] - _timesteps[i + 1] : _timesteps[i]) / NoiseLevels;
}
