using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Stages;

public sealed class DenoiseStageTests : IDisposable
{
    private static readonly ClipShape s_shape = new(Frames: 3, LatentHeight: 4, LatentWidth: 6, Height: 32, Width: 48, Fps: 24);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly STDiT3 _model = new(Networks.Random(), Networks.Transformer, Precision.Float32);
    private readonly ClipContext _clip;

    private readonly Tensor _noise = Patches.FromLatent(Networks.Noise(1, 4, s_shape.Frames, s_shape.LatentHeight, s_shape.LatentWidth));

    public DenoiseStageTests() => _clip = _model.Clip(s_shape, UnitSize.Processor);

    public void Dispose()
    {
        _clip.Dispose();
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Each_half_of_a_prompt_is_projected_once_and_only_when_it_is_asked_for()
    {
        using PromptSet prompts = new(_model, [Text(3)]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        PromptContext prompt = prompts.Of(0, GuidanceHalf.Conditional);
        long one = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        Assert.Same(prompt, prompts.Of(0, GuidanceHalf.Conditional));
        Assert.Equal(one, DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
        Assert.NotSame(prompt, prompts.Of(0, GuidanceHalf.Unconditional));
        Assert.Equal(2 * one, DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
        Assert.Equal(3, prompts.Of(0, GuidanceHalf.Unconditional).Tokens.shape[0]);
    }

    [Fact]
    public void Other_ranks_are_told_why_this_one_cannot_go_on()
    {
        using PromptSet prompts = new(_model, [Text(3)]);
        using CancellationTokenSource cancel = new();
        OtherRanks ranks = new();
        Assert.Throws<OperationCanceledException>(() => Run(prompts, ranks, _ => cancel.Cancel(), cancel.Token));
        Assert.IsType<OperationCanceledException>(ranks.Told);
    }

    [Fact]
    public void A_denoise_leaves_nothing_but_its_latents_and_the_threads_as_they_were()
    {
        using PromptSet prompts = new(_model, [Text(3)]);
        Run(prompts, SingleRank.Instance, null, default)[0].Values.Dispose();
        int threads = get_num_threads();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        IReadOnlyList<Tokens> latents = Run(prompts, SingleRank.Instance, _ => Assert.Equal(1, get_num_threads()), default);
        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(threads, get_num_threads());
        latents[0].Values.Dispose();
    }

    private IReadOnlyList<Tokens> Run(PromptSet prompts, IGuidanceParallel ranks, Action<StepDone>? stepDone, CancellationToken cancel) =>
        DenoiseStage.Run(_model, _clip, new DenoiseShare
        {
            Schedule = FlowSchedule.Create(3, s_shape.Height, s_shape.Width, 9, ScalarType.Float32),
            Latents = [_noise],
            Prompt = prompts.Of,
            Guidance = new Guidance(7),
        }, ranks, stepDone, cancel);

    private static EncodedText Text(int tokens) => new(
        Networks.Noise(tokens, tokens, Networks.Transformer.CaptionChannels),
        [.. Enumerable.Range(0, Networks.Transformer.ModelMaxLength).Select(token => token < tokens)]);

    private sealed class OtherRanks : IGuidanceParallel
    {
        public Exception? Told { get; private set; }

        public Run Frames(UnitPlan plan) => SingleRank.Instance.Frames(plan);

        public (Tensor Conditional, Tensor Unconditional) Halves(int step, int sample, Func<GuidanceHalf, ISequenceParallel, Tensor> forward) =>
            SingleRank.Instance.Halves(step, sample, forward);

        public void Fail(Exception why) => Told = why;
    }
}
