using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public sealed class GuidedVelocityTests : IDisposable
{
    private static readonly ClipShape Shape = new(Frames: 3, LatentHeight: 5, LatentWidth: 7, Height: 40, Width: 56, Fps: 24);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly STDiT3 _model = new(Networks.Random(), Networks.Transformer, Precision.Float32);
    private readonly ClipContext _clip;
    private readonly List<(PromptContext Prompt, PromptContext Null)> _prompts = [];

    public GuidedVelocityTests()
    {
        _clip = _model.Clip(Shape, UnitSize.Processor);
        foreach (int length in new[] { 3, 7 })
        {
            Tensor y = Networks.Noise(length, Networks.Transformer.ModelMaxLength, Networks.Transformer.CaptionChannels);
            bool[] mask = [.. Enumerable.Range(0, Networks.Transformer.ModelMaxLength).Select(i => i < length)];
            _prompts.Add((_model.Prompt(y, mask), _model.NullPrompt(mask)));
        }
    }

    public void Dispose()
    {
        _prompts.ForEach(pair => { pair.Prompt.Dispose(); pair.Null.Dispose(); });
        _clip.Dispose();
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Guidance_moves_away_from_the_null_prompt()
    {
        Tokens z = Patched(1);
        Tensor conditional = Velocity(1, _prompts).At(0, 0, z, 300, null), unconditional = Velocity(0, _prompts).At(0, 0, z, 300, null);
        Tensor guided = Velocity(7, _prompts).At(0, 0, z, 300, null);
        Assert.InRange(Networks.LargestDifference(guided, unconditional + 7 * (conditional - unconditional)), 0, 1e-5);
    }

    [Fact]
    public void Padded_cells_do_not_move()
    {
        Tensor velocity = Velocity(7, _prompts).At(0, 0, Patched(1), 300, null);
        Tensor cropped = Patches.FromLatent(Patches.ToLatent(velocity, Shape.LatentHeight, Shape.LatentWidth));
        Assert.Equal(0, Networks.LargestDifference(cropped, velocity));
        Assert.True(velocity.abs().max().ToSingle() > 0.01);
    }

    [Fact]
    public void Samples_of_a_batch_are_what_they_are_alone_bit_for_bit()
    {
        FlowSchedule schedule = FlowSchedule.Create(3, Shape.Height, Shape.Width, 9, ScalarType.Float32);
        IReadOnlyList<Tokens> Sample(params int[] samples) =>
            new RectifiedFlow(schedule, Velocity(7, [.. samples.Select(i => _prompts[i])]).At).Sample(
                [.. samples.Select(Patched)],
                [.. samples.Select(i => new FrameEdits([i, 0.5f, 1]))],
                step => [.. samples.Select(i => Patched(100 * (step + 1) + i).Values)]);

        IReadOnlyList<Tokens> batch = Sample(0, 1);
        for (int i = 0; i < 2; i++)
            Assert.Equal(0, Networks.LargestDifference(batch[i].Values, Sample(i)[0].Values));
    }

    [Fact]
    public void A_step_leaves_nothing_but_its_result()
    {
        Tokens z = Patched(1);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Velocity(7, _prompts).At(0, 1, z, 300, null).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private GuidedVelocity Velocity(double scale, List<(PromptContext Prompt, PromptContext Null)> prompts) =>
        new(_model, _clip, (sample, half) => half == GuidanceHalf.Conditional ? prompts[sample].Prompt : prompts[sample].Null, new Guidance(scale), SingleRank.Instance);

    private static Tokens Patched(int seed) => new(
        Patches.FromLatent(Networks.Noise(seed, 4, Shape.Frames, Shape.LatentHeight, Shape.LatentWidth)), TokenLayout.Frames, 0);
}
