using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Inference.Generation;
using OpenSora.Inference.Sampling;
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
    /// <param name="files">Reads nothing: the clip has no references.</param>
    public static GoldenResult Run(ModelFolders models, Device device, Precision precision, IMedia files)
    {
        byte[] ours = Frames(models, device, precision, files);
        bool enabled = FusedKernels.Enabled;
        FusedKernels.Enabled = false;
        try
        {
            return new GoldenResult(
                Name, Math.Min(FrameBytesError.Between(ours, Frames(models, CPU, Precision.Float32, files)), double.MaxValue), FrameBytesError.Tolerance,
                "against the processor with torch's own kernels");
        }
        finally
        {
            FusedKernels.Enabled = enabled;
        }
    }

    private static byte[] Frames(ModelFolders folders, Device device, Precision precision, IMedia files)
    {
        using DisposeScope scope = NewDisposeScope();
        using Models models = Models.Open(folders, s_clip, device, precision);
        using NoiseSource noise = new(s_clip.Seed);
        MemoryMedia media = new(files, "");
        VideoBatch batch = new GenerationPlan(s_clip).Batches().Single();
        new VideoPipeline(models, noise, media, new PipelineEvents()).Generate(batch, CancellationToken.None);
        return media.Frames.Single().ToArray();
    }
}
