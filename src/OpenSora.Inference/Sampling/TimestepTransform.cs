using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>
/// Shifts timesteps towards noise for clips with more pixels and frames (<c>timestep_transform</c> of Open-Sora 1.2, after
/// https://arxiv.org/abs/2403.03206 section 5.3.2). Repeats the original's arithmetic operation by operation: its results
/// decide tests for equality in the sampler, where the last bit of a float32 counts.
/// </summary>
public static class TimestepTransform
{
    /// <summary>The shifted timestep.</summary>
    /// <param name="timestep">In [0, 1000].</param>
    /// <param name="height">Nominal height in pixels.</param>
    /// <param name="width">Nominal width in pixels.</param>
    /// <param name="frames">Frames of the video; 1 is an image.</param>
    /// <param name="model">Type of the network's numbers: the original keeps the sizes as tensors of this type.</param>
    /// <param name="baseSide">See <see cref="SchedulerConfig.BaseSide"/>.</param>
    public static float Apply(float timestep, double height, double width, double frames, ScalarType model, double baseSide = 512)
    {
        float ratio = Ratio(height, width, frames, model, (float)(baseSide * baseSide));
        float below = Rounding.To(model, ratio - 1);
        float t = timestep / FlowSchedule.NoiseLevels;
        float shifted = ratio * t / (1 + below * t);
        return shifted * FlowSchedule.NoiseLevels;
    }

    private static float Ratio(double height, double width, double frames, ScalarType model, float baseArea)
    {
        float Round(double x) => Rounding.To(model, x);
        float area = Round(Round(height) * Round(width));
        float space = Round(MathF.Sqrt(Round(area / baseArea)));
        float time = Round(MathF.Sqrt(LatentFrames(Round(frames), Round)));
        return Round(space * time);
    }

    /// <summary>
    /// Latent frames of the whole 17-frame chunks. The original has none for 2 to 16 frames, and with them a ratio of zero
    /// and 0/0 as the first timestep; such clips count as one frame here.
    /// </summary>
    private static float LatentFrames(float frames, Func<double, float> round) =>
        frames == 1 ? 1 : Math.Max(1, round(round(MathF.Floor(frames / 17)) * 5));
}
