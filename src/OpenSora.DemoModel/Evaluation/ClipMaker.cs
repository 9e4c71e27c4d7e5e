using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.DemoModel.Stages;
using OpenSora.Inference;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Layout.Units;
using OpenSora.Prompts.Plans;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>Makes clips with the stages that users' cards run. May be used by several threads.</summary>
/// <param name="folder">A folder with dit, t5, vae2d and vae3d.</param>
internal sealed class ClipMaker(string folder, double guidance) : IDisposable
{
    private readonly Models _models = Models.Open(
        new ModelFolders
        {
            Dit = Path.Combine(folder, "dit"),
            T5 = Path.Combine(folder, "t5"),
            Vae2d = Path.Combine(folder, "vae2d"),
            Vae3d = Path.Combine(folder, "vae3d"),
        },
        new GenerationRequest(), CPU, new Precision(ScalarType.BFloat16, ScalarType.Float32), UnitSize.Processor);

    public Models Models => _models;

    /// <summary>The frames of one video, RGB24.</summary>
    /// <param name="first">A picture that the video is to begin with; null for none.</param>
    /// <param name="loops">Clips to join; more than one need clips of more than 17 frames.</param>
    public List<byte[]> Make(string prompt, int steps, long seed, byte[]? first = null, int loops = 1, int frames = DrawnFrames.Frames)
    {
        const string picture = "first.png";
        GenerationRequest request = new()
        {
            Prompts = [prompt],
            ImageSize = [DrawnFrames.Side, DrawnFrames.Side],
            NumFrames = $"{frames}",
            NumSamplingSteps = steps,
            CfgScale = guidance,
            Seed = seed,
            Loop = loops,
            ReferencePaths = first is null ? [] : [picture],
            MaskStrategies = first is null ? [] : ["0"],
        };
        using NoiseSource noise = new(seed);
        List<byte[]> video = [];
        using Tensor latents = new OneRankGeneration(_models, noise).Run(
            new GenerationPlan(request).Batches().Single(),
            _ => new ReferenceFile(IsVideo: false, Frames: 1, [new RgbImage(DrawnFrames.Side, DrawnFrames.Side, first!)]),
            (_, frame) => video.Add(frame.ToArray()), CancellationToken.None);
        return video;
    }

    public void Dispose() => _models.Dispose();
}
