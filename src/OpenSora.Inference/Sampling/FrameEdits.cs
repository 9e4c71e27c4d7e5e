namespace OpenSora.Inference.Sampling;

/// <summary>
/// Which latent frames of one sample are generated. A frame's edit ratio is the share of the way that it is denoised: 1
/// starts from noise, 0 keeps the given latent, and what is between keeps it until that noise level is reached, is then
/// noised to it once, and denoised with the others.
/// </summary>
/// <param name="ratios">One per latent frame of the clip, in [0, 1].</param>
public sealed class FrameEdits(IReadOnlyList<float> ratios)
{
    // Frames that are generated from the start hold noise already.
    private bool[] _noised = [.. ratios.Select(ratio => ratio == 1)];

    /// <summary>
    /// Goes to the step at <paramref name="timestep"/>; timesteps fall from call to call.
    /// </summary>
    /// <returns>Per frame: whether it is denoised in this step, and whether noise is to be added to it before.</returns>
    public (bool[] Denoised, bool[] Renoised) Advance(float timestep)
    {
        // ">=" in float32 against a first timestep that may be 1000.0001, as in the original.
        bool[] denoised = [.. ratios.Select(ratio => ratio * FlowSchedule.NoiseLevels >= timestep)];
        bool[] renoised = [.. denoised.Select((frame, i) => frame && !_noised[i])];
        _noised = denoised;
        return (denoised, renoised);
    }
}
