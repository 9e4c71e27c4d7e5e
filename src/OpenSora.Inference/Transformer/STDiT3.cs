using OpenSora.Contracts.Generation;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer.Caching;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using BlockList = TorchSharp.Modules.ModuleList<OpenSora.Inference.Transformer.STDiT3Block>;

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
    [ComponentName(Name = "spatial_blocks")] private readonly BlockList _spatialBlocks;
    [ComponentName(Name = "temporal_blocks")] private readonly BlockList _temporalBlocks;
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
    /// <param name="size">Of the units.</param>
    public ClipContext Clip(ClipShape shape, UnitSize size) => Clip(shape, shape.Units(size), size.RowsAtOnce);

    internal ClipContext Clip(ClipShape shape, UnitPlan plan, long rowsAtOnce = 0)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor frequencies = _rope?.Freqs ?? RotaryEmbedding.DefaultFrequencies(Config.HeadSize).to(Device);
        RotaryEmbedding rotary = RotaryEmbedding.Of(frequencies, shape.Frames, _precision);
        Tensor positions = PositionEmbedding.Of(shape, Config, _precision, Device);
        Tensor fps = _fpsEmbedder.forward(shape.Fps, _precision, Device);
        foreach (Tensor kept in rotary.Tables.Concat([positions, fps]))
            kept.DetachFromDisposeScope();
        return new ClipContext(shape, plan, new UnitCalls(plan, rowsAtOnce), positions, fps, rotary);
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
    /// <param name="cache">What earlier steps of this sample and half handed on, told of this step; null to compute everything.</param>
    /// <returns>Velocities of the held frames, [frames, S, 16] in float32, in the order of <paramref name="patches"/>.</returns>
    public Tokens forward(
        Tokens patches, float timestep, bool[]? denoised, ClipContext clip, PromptContext prompt,
        ISequenceParallel parallel, Action<string, Tensor>? probe = null, ForwardCache? cache = null)
    {
        using DisposeScope scope = NewDisposeScope();
        TimeEmbedding time = EmbedTime(timestep, denoised, clip, probe);
        Forward pass = new(time, BlockModulation.OfAll(BlocksInOrder().Select(block => block.ScaleShiftTable), time), clip, prompt, parallel, probe);
        Tokens tokens = cache switch
        {
            null => ApplyBlocks(patches, pass),
            FirstBlockCache first => ApplyBlocks(patches, pass, first),
            BroadcastCache { IsActive: true } broadcast => ApplyBlocks(patches, pass, broadcast),
            BroadcastCache broadcast => Counted(broadcast, ApplyBlocks(patches, pass)),
            _ => throw new ArgumentException($"a cache of type {cache.GetType().Name} is not known", nameof(cache)),
        };
        return tokens.With(tokens.Values.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <summary>What all blocks of one forward have in common.</summary>
    private sealed record Forward(
        TimeEmbedding Time, IReadOnlyList<Func<BlockModulation>> Modulations, ClipContext Clip, PromptContext Prompt, ISequenceParallel Parallel, Action<string, Tensor>? Probe);

    private int Blocks => 2 * Config.Depth;

    private Tokens ApplyBlocks(Tokens patches, Forward pass)
    {
        Tokens tokens = patches;
        for (int i = 0; i < Blocks; i++)
        {
            Tokens next = ApplyBlock(i, tokens, pass);
            if (i > 0)
                tokens.Values.Dispose();
            tokens = next;
        }
        return tokens;
    }

    private Tokens Counted(BroadcastCache cache, Tokens tokens)
    {
        cache.CountEvaluated(BroadcastCache.PartsOfBlock * Blocks);
        return tokens;
    }

    /// <summary>The first block, and then the others, or what they added before.</summary>
    private Tokens ApplyBlocks(Tokens patches, Forward pass, FirstBlockCache cache)
    {
        Tokens first = ApplyBlock(0, patches, pass, (unit, x) => cache.SeeFirst(unit, x, patches.Run));
        if (cache.LeavesOutOthers(pass.Clip.Plan, pass.Parallel, Blocks - 1))
            return ApplyOthers(first, pass, cache);

        Tokens tokens = first;
        for (int i = 1; i < Blocks; i++)
        {
            Tokens next = ApplyBlock(i, tokens, pass, i < Blocks - 1 ? null : (unit, x) => cache.KeepOthers(first.Slice(unit.Run), x, first.Run));
            if (i > 1)
                tokens.Values.Dispose();
            tokens = next;
        }
        cache.Complete();
        return tokens;
    }

    /// <summary>From the tokens after the first block to velocities, with what the other blocks added in an earlier step.</summary>
    private Tokens ApplyOthers(Tokens first, Forward pass, FirstBlockCache cache)
    {
        using ITokenSwitch exchange = pass.Parallel.Begin(pass.Clip.Plan, first.Layout, Config.PatchChannels, _precision.Compute, Device);
        foreach (Run run in pass.Clip.Plan.Units(first.Layout, first.Run))
        {
            using DisposeScope unitScope = NewDisposeScope();
            Tokens unit = first.Slice(run);
            exchange.Add(unit.With(Velocity(unit.With(unit.Values.Plus(cache.Others(run, first.Run))), pass)));
        }
        return exchange.Finish();
    }

    /// <summary>All blocks in frame layout: only temporal attention that is evaluated needs switches, one there and one back.</summary>
    private Tokens ApplyBlocks(Tokens patches, Forward pass, BroadcastCache cache)
    {
        Tokens tokens = patches;
        for (int i = 0; i < Blocks; i++)
        {
            Tokens next = tokens.With(ApplyBlock(i, tokens, pass, cache));
            if (i > 0)
                tokens.Values.Dispose();
            tokens = next;
        }
        return tokens;
    }

    /// <summary>Block <paramref name="i"/> on all frames that this rank holds, [frames, S, C], or the last one's velocities.</summary>
    private Tensor ApplyBlock(int i, Tokens tokens, Forward pass, BroadcastCache cache)
    {
        bool first = i == 0, last = i == Blocks - 1, temporal = i % 2 == 1;
        STDiT3Block block = Block(i);
        using DisposeScope scope = NewDisposeScope();
        BlockModulation modulation = pass.Modulations[i]();
        CachedPart self = temporal ? CachedPart.TemporalAttention : CachedPart.SpatialAttention;
        long[] shape = [tokens.Run.Count, pass.Clip.Plan.Positions, Config.HiddenSize];
        Tensor? attention = cache.Take(i, self), cross = cache.Take(i, CachedPart.CrossAttention);
        Tensor? keptAttention = attention is null ? cache.Place(i, self, shape, _precision.Compute, Device) : null;
        Tensor? keptCross = cross is null ? cache.Place(i, CachedPart.CrossAttention, shape, _precision.Compute, Device) : null;
        cache.CountEvaluated(1); // the MLP
        if (temporal && attention is null)
        {
            attention = AttendOverTime(block, tokens, modulation, pass);
            keptAttention?.copy_(attention);
        }

        Tensor result = empty([.. shape[..2], last ? Config.PatchChannels : Config.HiddenSize], dtype: _precision.Compute, device: Device);
        foreach (Run run in pass.Clip.Plan.Units(tokens.Layout, tokens.Run))
        {
            using DisposeScope unitScope = NewDisposeScope();
            Tensor Of(Tensor whole) => whole.narrow(0, run.First - tokens.First, run.Count);
            Tokens unit = tokens.Slice(run);
            if (first)
                unit = unit.With(Embed(unit.Values, pass));
            Tensor? attended = attention is null ? null : Of(attention);
            if (attended is null)
            {
                attended = block.Attend(block.AttentionInput(unit, modulation), null);
                if (keptAttention is not null)
                    Of(keptAttention).copy_(attended);
            }
            Tensor x = block.AfterAttention(
                unit, modulation, pass.Prompt.Blocks[i], attended, cross is null ? null : Of(cross),
                read => { if (keptCross is not null) Of(keptCross).copy_(read); });
            Of(result).copy_(last ? Velocity(unit.With(x), pass) : x);
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Temporal attention of frames, [frames, S, C] → [frames, S, C], by way of positions.</summary>
    private Tensor AttendOverTime(STDiT3Block block, Tokens tokens, BlockModulation modulation, Forward pass)
    {
        using DisposeScope scope = NewDisposeScope();
        UnitPlan plan = pass.Clip.Plan;
        using ITokenSwitch there = pass.Parallel.Begin(plan, tokens.Layout, Config.HiddenSize, _precision.Compute, Device);
        foreach (Run run in plan.Units(tokens.Layout, tokens.Run))
        {
            using DisposeScope unitScope = NewDisposeScope();
            Tokens unit = tokens.Slice(run);
            there.Add(unit.With(block.AttentionInput(unit, modulation)));
        }
        Tokens positions = there.Finish();
        using ITokenSwitch back = pass.Parallel.Begin(plan, positions.Layout, Config.HiddenSize, _precision.Compute, Device);
        foreach (Run run in plan.Units(positions.Layout, positions.Run))
        {
            using DisposeScope unitScope = NewDisposeScope();
            Tokens unit = positions.Slice(run);
            back.Add(unit.With(block.Attend(unit.Values, pass.Clip.Rotary)));
        }
        return back.Finish().Values.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Block <paramref name="i"/> of spatial 0, temporal 0, spatial 1, … on all units of this rank; each is handed to the
    /// switch as it is done. The first block's units are embedded on their way in, and the last block's leave as
    /// velocities: the stream between blocks is the only thing that exists for the whole clip.
    /// </summary>
    /// <param name="seen">Sees what goes into the block and what comes out, unit by unit.</param>
    private Tokens ApplyBlock(int i, Tokens tokens, Forward pass, Action<Tokens, Tensor>? seen = null)
    {
        bool first = i == 0, last = i == Blocks - 1, temporal = i % 2 == 1;
        string name = $"{(temporal ? "temporal" : "spatial")}_{i / 2}";
        Action<string, Tensor>? inner = pass.Probe is null ? null : (part, value) => pass.Probe($"{name}_{part}", value);
        STDiT3Block block = Block(i);

        using ITokenSwitch exchange = pass.Parallel.Begin(
            pass.Clip.Plan, tokens.Layout, last ? Config.PatchChannels : Config.HiddenSize, _precision.Compute, Device);
        using DisposeScope scope = NewDisposeScope();
        BlockModulation modulation = pass.Modulations[i]();
        KeysValues prompt = pass.Prompt.Blocks[i];
        (Tokens Before, Tensor After) Apply(Run run)
        {
            Tokens units = tokens.Slice(run);
            if (first)
                units = units.With(Embed(units.Values, pass));
            return (units, block.forward(units, modulation, prompt, temporal ? pass.Clip.Rotary : null, inner));
        }
        Tensor Leaving(Tokens units, Tensor x) => last ? Velocity(units.With(x), pass) : x;
        Tensor All(Run run)
        {
            (Tokens before, Tensor after) = Apply(run);
            return last ? cat([after, Leaving(before, after)], -1) : after; // a cache sees what the last block gives, too
        }

        IEnumerable<Run> calls = pass.Probe is null
            ? pass.Clip.Calls.Of(tokens.Layout, tokens.Run, (prompt.Keys.shape[2], first, last), All)
            : pass.Clip.Plan.Units(tokens.Layout, tokens.Run);
        foreach (Run call in calls)
        {
            using DisposeScope callScope = NewDisposeScope();
            (Tokens before, Tensor after) = Apply(call);
            pass.Probe?.Invoke(name, after);
            Tokens leaving = before.With(Leaving(before, after));
            foreach (Run unit in pass.Clip.Plan.Units(tokens.Layout, call))
            {
                seen?.Invoke(before.Slice(unit), before.With(after).Slice(unit).Values);
                exchange.Add(leaving.Slice(unit));
            }
        }
        return exchange.Finish();
    }

    /// <summary>[n, S, 16] → [n, S, C]</summary>
    private Tensor Embed(Tensor patches, Forward pass)
    {
        Tensor x = _xEmbedder.forward(_precision.Round(patches));
        pass.Probe?.Invoke("x_embedder", x);
        return x.Plus(pass.Clip.PositionEmbedding);
    }

    /// <summary>[n, m, C] → [n, m, 16]: the prediction without the variance.</summary>
    private Tensor Velocity(Tokens unit, Forward pass)
    {
        Tensor prediction = _finalLayer.forward(unit, pass.Time);
        pass.Probe?.Invoke("final_layer", prediction);
        long n = prediction.shape[0], m = prediction.shape[1];
        return prediction.view(n, m, -1, Config.OutChannels).narrow(-1, 0, Config.InChannels).reshape(n, m, -1);
    }

    private STDiT3Block Block(int i) => (i % 2 == 1 ? _temporalBlocks : _spatialBlocks)[i / 2];

    private TimeEmbedding EmbedTime(float timestep, bool[]? denoised, ClipContext clip, Action<string, Tensor>? probe)
    {
        (Tensor t, Tensor blocks) = EmbedTime(timestep, clip);
        probe?.Invoke("t_mlp", blocks);
        if (denoised is null || denoised.All(frame => frame))
            return new TimeEmbedding(t, blocks);

        if (denoised.Length != clip.Shape.Frames)
            throw new ArgumentException($"the mask has {denoised.Length} frames, the clip {clip.Shape.Frames}", nameof(denoised));
        (Tensor t0, Tensor blocks0) = EmbedTime(0, clip);
        probe?.Invoke("t0_mlp", blocks0);
        Tensor perFrame = tensor(denoised, device: Device);
        Tensor rows = tensor([.. denoised.Select(frame => frame ? 0L : 1L)], device: Device);
        return new TimeEmbedding(t, cat([blocks, blocks0]), t0, perFrame, rows);
    }

    /// <summary>[1, C] and [1, 6, C]</summary>
    private (Tensor T, Tensor Blocks) EmbedTime(float timestep, ClipContext clip)
    {
        Tensor t = _tEmbedder.forward(timestep, _precision, Device).Plus(clip.FpsEmbedding);
        return (t, _tBlock.forward(t).view(1, 6, Config.HiddenSize));
    }

    private IEnumerable<STDiT3Block> BlocksInOrder() => Enumerable.Range(0, Blocks).Select(Block);

    private BlockList BlocksOf(ParameterSource p) =>
        new([.. Enumerable.Range(0, Config.Depth).Select(i => new STDiT3Block(p[$"{i}"], Config))]);

    private static long[] Indices(bool[] mask) => [.. Enumerable.Range(0, mask.Length).Where(i => mask[i]).Select(i => (long)i)];
}
