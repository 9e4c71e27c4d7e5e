using OpenSora.Inference.Sharding;
using OpenSora.Inference.Weights;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Blocks = TorchSharp.Modules.ModuleList<OpenSora.Inference.Transformer.STDiT3Block>;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// STDiT3, the denoiser of Open-Sora 1.2. It computes one sample and one half of guidance at a time, unit by unit.
/// T latent frames, S patches of a frame, C channels, L tokens of the prompt.
/// </summary>
public sealed class STDiT3 : nn.Module
{
    [ComponentName(Name = "x_embedder")] private readonly PatchEmbed _xEmbedder;
    [ComponentName(Name = "t_embedder")] private readonly TimestepEmbedder _tEmbedder;
    [ComponentName(Name = "fps_embedder")] private readonly TimestepEmbedder _fpsEmbedder;
    [ComponentName(Name = "t_block")] private readonly TimeBlock _tBlock;
    [ComponentName(Name = "y_embedder")] private readonly CaptionEmbedder _yEmbedder;
    [ComponentName(Name = "spatial_blocks")] private readonly Blocks _spatialBlocks;
    [ComponentName(Name = "temporal_blocks")] private readonly Blocks _temporalBlocks;
    [ComponentName(Name = "final_layer")] private readonly FinalLayer _finalLayer;
    [ComponentName(Name = "rope")] private readonly RotaryFrequencies? _rope;
    private readonly Precision _precision;

    /// <param name="p">Parameters on the device that is to compute, in <c>precision.Compute</c>.</param>
    public STDiT3(ParameterSource p, STDiT3Config config, Precision precision) : base(nameof(STDiT3))
    {
        Config = config.Validated();
        _precision = precision;
        _xEmbedder = new PatchEmbed(p["x_embedder"], config);
        _tEmbedder = new TimestepEmbedder(p["t_embedder"], config.HiddenSize);
        _fpsEmbedder = new TimestepEmbedder(p["fps_embedder"], config.HiddenSize);
        _tBlock = new TimeBlock(p["t_block"], config.HiddenSize);
        _yEmbedder = new CaptionEmbedder(p["y_embedder"], config);
        _spatialBlocks = BlocksOf(p["spatial_blocks"]);
        _temporalBlocks = BlocksOf(p["temporal_blocks"]);
        _finalLayer = new FinalLayer(p["final_layer"], config);
        _rope = p.Has("rope.freqs") ? new RotaryFrequencies(p["rope"], config.HeadSize) : null;
        RegisterComponents();
    }

    public STDiT3Config Config { get; }

    public Device Device => _xEmbedder.Device;

    /// <summary>What of <paramref name="shape"/> does not depend on the step. The caller disposes it.</summary>
    public ClipContext Clip(ClipShape shape) => Clip(shape, shape.Plan);

    internal ClipContext Clip(ClipShape shape, UnitPlan plan)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor frequencies = _rope?.Freqs ?? RotaryEmbedding.DefaultFrequencies(Config.HeadSize).to(Device);
        RotaryEmbedding rotary = RotaryEmbedding.Of(frequencies, shape.Frames, _precision);
        Tensor positions = PositionEmbedding.Of(shape, Config, _precision, Device);
        Tensor fps = _fpsEmbedder.forward(shape.Fps, _precision, Device);
        foreach (Tensor kept in new[] { rotary.Cos, rotary.Sin, positions, fps })
            kept.DetachFromDisposeScope();
        return new ClipContext(shape, plan, positions, fps, rotary);
    }

    /// <summary>Projects a prompt. The caller disposes the result.</summary>
    /// <param name="y">Features of the text encoder [L, caption channels].</param>
    /// <param name="mask">Which of the L tokens are not padding; null when all are.</param>
    public PromptContext Prompt(Tensor y, bool[]? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _precision.Round(y).to(Device);
        if (mask is not null)
            features = features.index_select(0, tensor(Indices(mask), device: Device));
        Tensor tokens = _yEmbedder.forward(features);
        KeysValues[] blocks = [.. BlocksInOrder().Select(block => block.Prompt(tokens))];
        foreach (Tensor kept in blocks.SelectMany(block => new[] { block.Keys, block.Values }).Append(tokens))
            kept.DetachFromDisposeScope();
        return new PromptContext(tokens, blocks);
    }

    /// <summary>The learned features of no prompt, cut to the tokens of the prompt that it is to guide away from.</summary>
    /// <param name="mask">The mask of that prompt: the original uses it for both halves.</param>
    public PromptContext NullPrompt(bool[]? mask) => Prompt(_yEmbedder.Null, mask);

    /// <summary>Predicts the velocity of one sample.</summary>
    /// <param name="patches">The frames that this rank holds, [frames, S, 16], as <see cref="Patches"/> makes them.</param>
    /// <param name="timestep">In (0, 1000].</param>
    /// <param name="denoised">For each of the T frames of the clip, whether it is at the timestep or, as a clean condition, at zero; null when all are at the timestep.</param>
    /// <param name="probe">Sees intermediate results unit by unit under the original's names; null in a generation.</param>
    /// <returns>Velocities of the held frames, [frames, S, 16] in float32, in the order of <paramref name="patches"/>.</returns>
    public Tokens forward(
        Tokens patches, float timestep, bool[]? denoised, ClipContext clip, PromptContext prompt,
        ISequenceParallel parallel, Action<string, Tensor>? probe = null)
    {
        using DisposeScope scope = NewDisposeScope();
        TimeEmbedding time = EmbedTime(timestep, denoised, clip, probe);
        Tokens tokens = patches;
        for (int i = 0; i < 2 * Config.Depth; i++)
        {
            Tokens next = ApplyBlock(i, tokens, time, clip, prompt, parallel, probe);
            if (i > 0)
                tokens.Values.Dispose();
            tokens = next;
        }
        return tokens.With(tokens.Values.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Block <paramref name="i"/> of spatial 0, temporal 0, spatial 1, … on all units of this rank; each is handed to the
    /// switch as it is done. The first block's units are embedded on their way in, and the last block's leave as
    /// velocities: the stream between blocks is the only thing that exists for the whole clip.
    /// </summary>
    private Tokens ApplyBlock(
        int i, Tokens tokens, TimeEmbedding time, ClipContext clip, PromptContext prompt,
        ISequenceParallel parallel, Action<string, Tensor>? probe)
    {
        bool first = i == 0, last = i == 2 * Config.Depth - 1, temporal = i % 2 == 1;
        string name = $"{(temporal ? "temporal" : "spatial")}_{i / 2}";
        Action<string, Tensor>? inner = probe is null ? null : (part, value) => probe($"{name}_{part}", value);
        STDiT3Block block = (temporal ? _temporalBlocks : _spatialBlocks)[i / 2];

        using ITokenSwitch exchange = parallel.Begin(
            clip.Plan, tokens.Layout, last ? Config.PatchChannels : Config.HiddenSize, _precision.Compute, Device);
        using DisposeScope scope = NewDisposeScope();
        BlockModulation modulation = block.Modulate(time.Blocks);
        foreach (Run run in clip.Plan.Units(tokens.Layout, tokens.Run))
        {
            using DisposeScope unitScope = NewDisposeScope();
            Tokens unit = tokens.Slice(run);
            if (first)
                unit = unit.With(Embed(unit.Values, clip, probe));
            Tensor x = block.forward(unit, modulation, prompt.Blocks[i], temporal ? clip.Rotary : null, inner);
            probe?.Invoke(name, x);
            if (last)
                x = Velocity(x, time, probe);
            exchange.Add(unit.With(x));
        }
        return exchange.Finish();
    }

    /// <summary>[n, S, 16] → [n, S, C]</summary>
    private Tensor Embed(Tensor patches, ClipContext clip, Action<string, Tensor>? probe)
    {
        Tensor x = _xEmbedder.forward(_precision.Round(patches));
        probe?.Invoke("x_embedder", x);
        return x + clip.PositionEmbedding;
    }

    /// <summary>[n, T, C] → [n, T, 16]: the prediction without the variance.</summary>
    private Tensor Velocity(Tensor x, TimeEmbedding time, Action<string, Tensor>? probe)
    {
        Tensor prediction = _finalLayer.forward(x, time);
        probe?.Invoke("final_layer", prediction);
        long n = x.shape[0], t = x.shape[1];
        return prediction.view(n, t, -1, Config.OutChannels).narrow(-1, 0, Config.InChannels).reshape(n, t, -1);
    }

    private TimeEmbedding EmbedTime(float timestep, bool[]? denoised, ClipContext clip, Action<string, Tensor>? probe)
    {
        (Tensor t, Tensor blocks) = EmbedTime(timestep, clip);
        probe?.Invoke("t_mlp", blocks);
        if (denoised is null || denoised.All(frame => frame))
            return new TimeEmbedding(t, blocks, null, null);

        if (denoised.Length != clip.Shape.Frames)
            throw new ArgumentException($"the mask has {denoised.Length} frames, the clip {clip.Shape.Frames}", nameof(denoised));
        (Tensor t0, Tensor blocks0) = EmbedTime(0, clip);
        probe?.Invoke("t0_mlp", blocks0);
        Tensor perFrame = tensor(denoised, device: Device);
        return new TimeEmbedding(t, where(perFrame.view(-1, 1, 1), blocks, blocks0), t0, perFrame);
    }

    /// <summary>[1, C] and [1, 6, C]</summary>
    private (Tensor T, Tensor Blocks) EmbedTime(float timestep, ClipContext clip)
    {
        Tensor t = _tEmbedder.forward(timestep, _precision, Device) + clip.FpsEmbedding;
        return (t, _tBlock.forward(t).view(1, 6, Config.HiddenSize));
    }

    private IEnumerable<STDiT3Block> BlocksInOrder()
    {
        for (int i = 0; i < Config.Depth; i++)
        {
            yield return _spatialBlocks[i];
            yield return _temporalBlocks[i];
        }
    }

    private Blocks BlocksOf(ParameterSource p) =>
        new([.. Enumerable.Range(0, Config.Depth).Select(i => new STDiT3Block(p[$"{i}"], Config))]);

    private static long[] Indices(bool[] mask) => [.. Enumerable.Range(0, mask.Length).Where(i => mask[i]).Select(i => (long)i)];
}
