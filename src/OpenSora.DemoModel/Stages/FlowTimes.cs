using OpenSora.DemoModel.Clips;

namespace OpenSora.DemoModel.Stages;

/// <summary>
/// Noise levels to train at: logit-normal (Esser et al., arXiv 2403.03206, section 3.1), most of them shifted towards noise,
/// where the prompt decides; the others keep details sharp.
/// </summary>
internal static class FlowTimes
{
    /// <summary>How far: t becomes s·t / (1 + (s − 1)·t). The demo model's scheduler file says the same for generations.</summary>
    public const double Shift = 3;

    private const double ShiftedShare = 0.6;

    /// <summary>A noise level in (0, 1), 1 for noise alone.</summary>
    public static double Draw(SplitMix random)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.Unit())) * Math.Cos(2 * Math.PI * random.Unit());
        double t = 1 / (1 + Math.Exp(-normal));
        return random.Unit() < ShiftedShare ? Shift * t / (1 + (Shift - 1) * t) : t;
    }
}
