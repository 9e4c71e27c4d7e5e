using System.CommandLine;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary>The flags of <c>generate</c> that decide what a clip costs, for commands that calculate instead of generating.</summary>
/// <param name="cards">Default of <c>--cards</c>.</param>
/// <param name="resolution">Default of <c>--resolution</c>.</param>
/// <param name="frames">Default of <c>--num-frames</c>.</param>
internal sealed class ClipFlags(int cards, string resolution, string frames)
{
    private static readonly GenerationRequest Default = new();

    private readonly Option<string> _resolution = Flag.Text("--resolution", "144p, 240p, 360p, 480p, 720p, 1080p, 2k or 4k (or 256, 512, 1024, 2048, 2880: areas of squares).", resolution);
    private readonly Option<string> _aspect = Flag.Text("--aspect-ratio", "Height to width: 9:16 is landscape, 16:9 portrait.", Default.AspectRatio);
    private readonly Option<int[]> _imageSize = new("--image-size") { Description = "Height and width in pixels; wins over resolution and aspect ratio.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _frames = Flag.Text("--num-frames", "Frames of a clip: a count, or 2s, 4s, 8s, 16s, 32s, 1x, 2x, 4x, 8x, 16x; 1 is an image.", frames);
    private readonly Option<string> _frameTable = Flag.Choice("--frame-table", "Whose lengths and sizes: opensora or enflame.", Default.FrameTable, "opensora", "enflame");
    private readonly Option<string> _dtype = Flag.Choice("--dtype", "Number type of the models: bf16, fp16 or fp32.", Default.Dtype, "bf16", "fp16", "fp32");
    private readonly Option<int> _cards = Flag.Int("--cards", "Cards that share one clip, up to twice its latent frames.", cards);
    private readonly Option<int> _steps = Flag.Int("--num-sampling-steps", "Denoising steps.", Default.NumSamplingSteps);
    private readonly Option<string> _cache = Flag.Text("--cache", "pab, fb or fb:THRESHOLD: its memory is counted; seconds and bytes are told without it.", "none");
    private readonly Option<int> _maxLength = Flag.Int("--model-max-length", "Tokens of a prompt that the model takes.", Default.ModelMaxLength);
    private readonly Option<int> _microBatch = Flag.Int("--micro-batch-size", "Frames that the 2D VAE takes at once.", Default.MicroBatchSize);
    private readonly Option<int> _microFrames = Flag.Int("--micro-frame-size", "Frames of a chunk of the temporal VAE.", Default.MicroFrameSize);
    private readonly Option<long> _seed = Flag.Long("--seed", "Random seed.", Default.Seed);

    public IEnumerable<Option> All =>
        [_resolution, _aspect, _imageSize, _frames, _frameTable, _dtype, _cards, _steps, _cache, _maxLength, _microBatch, _microFrames, _seed];

    /// <summary>The clip that the flags describe, with no prompt.</summary>
    public GenerationRequest Read(ParseResult parsed) => new()
    {
        Resolution = parsed.GetRequiredValue(_resolution),
        AspectRatio = parsed.GetRequiredValue(_aspect),
        ImageSize = parsed.GetValue(_imageSize) is { Length: > 0 } size ? size : null,
        NumFrames = parsed.GetRequiredValue(_frames),
        FrameTable = parsed.GetRequiredValue(_frameTable),
        Dtype = parsed.GetRequiredValue(_dtype),
        Cards = parsed.GetValue(_cards),
        NumSamplingSteps = parsed.GetValue(_steps),
        Cache = parsed.GetRequiredValue(_cache) is var cache and not "none" ? cache : null,
        ModelMaxLength = parsed.GetValue(_maxLength),
        MicroBatchSize = parsed.GetValue(_microBatch),
        MicroFrameSize = parsed.GetValue(_microFrames),
        Seed = parsed.GetValue(_seed),
    };
}
