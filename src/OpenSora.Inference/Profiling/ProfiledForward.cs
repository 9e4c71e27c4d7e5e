using OpenSora.Contracts.Profiling;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Profiling;

/// <summary>One step of STDiT3 with a mask of frames, all of them denoised, as a plain generation has it.</summary>
internal sealed class ProfiledForward : IProfiled
{
    private const int PixelsPerCell = 8;

    private readonly GuidedVelocity _velocity;
    private readonly Sharding.Tokens _patches;
    private readonly bool[] _denoised;

    public ProfiledForward(ProfileRequest request)
    {
        STDiT3Config config = new() { Depth = request.Depth, HiddenSize = request.Hidden, NumHeads = request.Heads, ModelMaxLength = request.Tokens };
        RandomParameters weights = RandomWeights.New(key => key != "rope.freqs");
        STDiT3 model = new(weights, config, Precision.Float32);
        (int h, int w) = (request.LatentHeight, request.LatentWidth);
        ClipShape shape = new(request.Frames, h, w, h * PixelsPerCell, w * PixelsPerCell, 24);
        PromptContext prompt = model.Prompt(randn(request.Tokens, config.CaptionChannels), null), none = model.NullPrompt(null);
        _velocity = new GuidedVelocity(
            model, model.Clip(shape, UnitSize.Processor), (_, half) => half == GuidanceHalf.Conditional ? prompt : none, new Guidance(7), SingleRank.Instance);
        _patches = new Sharding.Tokens(Patches.FromLatent(randn(config.InChannels, request.Frames, h, w)), TokenLayout.Frames, 0);
        _denoised = [.. Enumerable.Repeat(true, request.Frames)];

        long c = config.HiddenSize, blocks = 2 * config.Depth, rows = 2 * shape.Frames * shape.Positions;
        Products =
        [
            new Product(blocks, rows, 3 * c, c),           // queries, keys and values of self-attention
            new Product(3 * blocks, rows, c, c),           // its projection; queries and projection of cross-attention
            new Product(blocks, rows, config.MlpSize, c),
            new Product(blocks, rows, c, config.MlpSize),
        ];
    }

    public IReadOnlyList<Product> Products { get; }

    public void Run() => _velocity.At(0, 0, _patches, 500, _denoised).Dispose();
}
