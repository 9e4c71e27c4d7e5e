using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public sealed class STDiT3Tests : IDisposable
{
    /// <summary>Both sides of the latent odd, several units in both layouts, the last of each shorter.</summary>
    private static readonly ClipShape Shape = new(Frames: 5, LatentHeight: 15, LatentWidth: 21, Height: 120, Width: 168, Fps: 24);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();
    private readonly STDiT3 _model = new(Networks.Random(), Networks.Transformer, Precision.Float32);

    public void Dispose()
    {
        _model.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void The_public_checkpoint_has_these_parameters()
    {
        ShapeList list = new();
        using STDiT3 model = new(list, new STDiT3Config(), Precision.Float32);
        long numbers = list.Shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size));
        Assert.Equal((973, 1_207_643_972 + 300 * 4096), (list.Shapes.Count, numbers));
        Assert.Equal([3456, 1152], list.Shapes["temporal_blocks.27.attn.qkv.weight"]);
        Assert.Equal([1152, 4, 1, 2, 2], list.Shapes["x_embedder.proj.weight"]);
        Assert.Equal([36], list.Shapes["rope.freqs"]);
    }

    [Fact]
    public void Its_state_has_the_keys_of_the_checkpoint()
    {
        ShapeList list = new();
        using STDiT3 model = new(list, Networks.Transformer, Precision.Float32);
        Assert.Equal(list.Shapes.Keys.Order(), _model.state_dict().Keys.Order());
    }

    [Fact]
    public void Without_rotary_frequencies_in_the_checkpoint_they_are_computed()
    {
        Tensor stored = 1 / pow(full(Networks.Transformer.HeadSize / 2, 10000f), arange(0, Networks.Transformer.HeadSize, 2) / Networks.Transformer.HeadSize);
        using STDiT3 model = new(Networks.Random(key => key != "rope.freqs"), Networks.Transformer, Precision.Float32);
        using ClipContext clip = model.Clip(Shape, UnitSize.Processor);
        Assert.InRange(Networks.LargestDifference(clip.Rotary.Cos, outer(arange(0, 5, ScalarType.Float32), stored).cos()), 0, 1e-6);
    }

    [Fact]
    public void Results_do_not_depend_on_the_size_of_units()
    {
        using ClipContext units = _model.Clip(Shape, UnitPlan.For(Shape.Frames, Shape.Positions, 128)), whole = _model.Clip(Shape, UnitPlan.For(Shape.Frames, Shape.Positions, long.MaxValue / 2));
        Assert.True(units.Plan.Count(TokenLayout.Frames) > 1 && units.Plan.Count(TokenLayout.Positions) > 1);
        Assert.Equal(1, whole.Plan.Count(TokenLayout.Frames));
        foreach (bool[]? denoised in new bool[]?[] { null, [false, true, true, false, true] })
            Assert.InRange(Networks.LargestDifference(Forward(units, denoised), Forward(whole, denoised)), 0, 1e-5);
    }

    /// <summary>Whether or not units may be computed together for their shapes.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void Units_in_one_call_have_the_bytes_of_single_ones(long rows)
    {
        UnitPlan plan = UnitPlan.For(Shape.Frames, Shape.Positions, rows);
        using ClipContext single = _model.Clip(Shape, plan), together = _model.Clip(Shape, plan, rowsAtOnce: 3 * rows);
        foreach (bool[]? denoised in new bool[]?[] { null, [false, true, true, false, true] })
            Assert.Equal(0, Networks.LargestDifference(Forward(single, denoised), Forward(together, denoised)));
    }

    [Fact]
    public void A_mask_that_keeps_no_frame_changes_nothing()
    {
        using ClipContext clip = _model.Clip(Shape, UnitSize.Processor);
        Assert.Equal(0, Networks.LargestDifference(Forward(clip, null), Forward(clip, [true, true, true, true, true])));
    }

    [Fact]
    public void A_clean_frame_is_seen_as_one()
    {
        using ClipContext clip = _model.Clip(Shape, UnitSize.Processor);
        Assert.True(Networks.LargestDifference(Forward(clip, null), Forward(clip, [false, true, true, true, true])) > 1e-3);
    }

    [Fact]
    public void A_mask_of_another_length_is_refused_with_both()
    {
        using ClipContext clip = _model.Clip(Shape, UnitSize.Processor);
        Assert.Contains("2 frames, the clip 5", Assert.Throws<ArgumentException>(() => Forward(clip, [false, true])).Message);
    }

    [Fact]
    public void Padding_of_the_prompt_is_not_looked_at()
    {
        using ClipContext clip = _model.Clip(Shape, UnitSize.Processor);
        Tensor y = Networks.Noise(4, Networks.Transformer.ModelMaxLength, Networks.Transformer.CaptionChannels);
        Tensor other = y.clone();
        other.narrow(0, 3, Networks.Transformer.ModelMaxLength - 3).fill_(9);
        bool[] mask = [.. Enumerable.Range(0, Networks.Transformer.ModelMaxLength).Select(i => i < 3)];
        using PromptContext padded = _model.Prompt(y, mask), dirty = _model.Prompt(other, mask), cut = _model.Prompt(y.narrow(0, 0, 3), null);
        Assert.Equal(0, Networks.LargestDifference(Forward(clip, null, padded), Forward(clip, null, dirty)));
        Assert.Equal(0, Networks.LargestDifference(Forward(clip, null, padded), Forward(clip, null, cut)));
    }

    [Fact]
    public void A_forward_leaves_nothing_but_its_result()
    {
        using ClipContext clip = _model.Clip(Shape, UnitSize.Processor);
        using PromptContext prompt = _model.NullPrompt(null);
        Tokens patches = Patched();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Tokens velocity = _model.forward(patches, 500, [false, true, true, true, true], clip, prompt, SingleRank.Instance);
        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        velocity.Values.Dispose();
    }

    [Fact]
    public void Contexts_dispose_of_all_that_they_hold()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        _model.Clip(Shape, UnitSize.Processor).Dispose();
        _model.NullPrompt(null).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void It_can_be_trained_gradients_reach_every_parameter()
    {
        using var grad = enable_grad();
        foreach (TorchSharp.Modules.Parameter parameter in _model.parameters())
            parameter.requires_grad = true;
        using ClipContext clip = _model.Clip(Shape, UnitSize.Processor);
        using PromptContext prompt = _model.NullPrompt(null);
        _model.forward(Patched(), 500, null, clip, prompt, SingleRank.Instance).Values.square().mean().backward();
        string[] without = [.. _model.named_parameters().Where(pair => pair.parameter.grad is null).Select(pair => pair.name)];
        Assert.Empty(without);
        Assert.All(_model.parameters(), parameter => Assert.True(parameter.grad!.abs().max().ToSingle() is > 0 and < 1e6f));
    }

    private Tensor Forward(ClipContext clip, bool[]? denoised, PromptContext? prompt = null)
    {
        using PromptContext? own = prompt is null ? _model.NullPrompt(null) : null;
        return _model.forward(Patched(), 500, denoised, clip, prompt ?? own!, SingleRank.Instance).Values;
    }

    private static Tokens Patched() => new(
        Patches.FromLatent(Networks.Noise(1, 4, Shape.Frames, Shape.LatentHeight, Shape.LatentWidth)), TokenLayout.Frames, 0);
}
