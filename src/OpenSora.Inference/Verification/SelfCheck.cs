using OpenSora.Contracts.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Layout.Units;
using OpenSora.Prompts.Plans;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Where there are no tensors of the original: a short clip of the demo model on a device, and on the processor with torch's own kernels.
/// It tells a device that computes wrongly from one that does not; it does not tell that both are as the original.
/// </summary>
public static class SelfCheck
{
    private const string Name = "demo model";

    private static readonly GenerationRequest s_clip = new()
    {
        Prompts = ["a red circle moving right on a black background"],
        ImageSize = [64, 64],
        NumFrames = "17",
        NumSamplingSteps = 4,
        CfgScale = 2,
        Dtype = "fp32",
    };

    /// <param name="models">All four.</param>
    public static GoldenResult Run(ModelFolders models, Device device, Precision precision, UnitSize units)
    {
        byte[] ours = Frames(models, device, precision, units);
        bool enabled = FusedKernels.Enabled;
        FusedKernels.Enabled = false;
        try
        {
            return new GoldenResult(
                Name, Math.Min(FrameBytesError.Between(ours, Frames(models, CPU, Precision.Float32, UnitSize.Processor)), double.MaxValue), FrameBytesError.Tolerance,
                "against the processor with torch's own kernels");
        }
        finally
        {
            FusedKernels.Enabled = enabled;
        }
    }

    private static byte[] Frames(ModelFolders folders, Device device, Precision precision, UnitSize units)
    {
        using DisposeScope scope = NewDisposeScope();
        using Models models = Models.Open(folders, s_clip, device, precision, units);
        using NoiseSource noise = new(s_clip.Seed);
        using MemoryStream frames = new();
        new OneRankGeneration(models, noise).Run(
            new GenerationPlan(s_clip).Batches().Single(), path => throw new ArgumentException($"the clip has no reference {path}"),
            (_, frame) => frames.Write(frame.Span), CancellationToken.None);
        return frames.ToArray();
    }
}
