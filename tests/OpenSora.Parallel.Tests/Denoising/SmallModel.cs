using OpenSora.Inference;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Denoising;

/// <summary>The golden checkpoint's transformer with prompts and noise for two samples, and what one rank makes of them.</summary>
internal sealed class SmallModel : IDisposable
{
    public const int Steps = 4;
    public const int Samples = 2;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();
    private readonly List<(PromptContext Prompt, PromptContext Null)> _prompts = [];
    private readonly ClipShape _shape;
    private readonly float[][]? _ratios;
    private readonly FlowSchedule _schedule;

    /// <param name="frames">Latent frames; 1 is an image.</param>
    /// <param name="rows">Rows wanted in a unit: few make many units of a small clip.</param>
    /// <param name="edited">Whether some frames are given and some join late.</param>
    /// <param name="steps">Steps of sampling.</param>
    /// <param name="rowsAtOnce">The most rows of a call that computes several units; 0 for one unit a call.</param>
    public SmallModel(int frames, int height, int width, long rows, Precision precision, bool edited, int steps = Steps, long rowsAtOnce = 0)
    {
        _ = Gang.Name; // sets torch's threads
        set_num_threads(1);
        ElementSize = precision.Compute == ScalarType.Float32 ? 4 : 2;
        Model = STDiT3Checkpoint.Load(Path.Combine(Repository.Golden, "checkpoints", "dit"), CPU, precision);
        _shape = new ClipShape(frames, height, width, 8 * height, 8 * width, frames == 1 ? 120 : 24);
        Clip = Model.Clip(_shape, UnitPlan.For(_shape.Frames, _shape.Positions, rows), rowsAtOnce);
        for (int i = 0; i < Samples; i++)
        {
            bool[] mask = [.. Enumerable.Range(0, Model.Config.ModelMaxLength).Select(token => token < 5 + 6 * i)];
            Tensor y = Gang.Noise(50 + i, Model.Config.ModelMaxLength, Model.Config.CaptionChannels);
            _prompts.Add((Model.Prompt(y, mask), Model.NullPrompt(mask)));
        }
        _ratios = edited ? [[.. Enumerable.Range(0, frames).Select(f => new[] { 0, 1, 0.6f }[f % 3])], [.. Enumerable.Repeat(1f, frames)]] : null;
        _schedule = FlowSchedule.Create(steps, 8 * height, 8 * width, frames == 1 ? 1 : 17, precision.Model);
    }

    public STDiT3 Model { get; }

    public ClipContext Clip { get; }

    /// <summary>Bytes of a number between blocks.</summary>
    public int ElementSize { get; }

    /// <param name="latents">State after <paramref name="first"/> steps.</param>
    public DenoiseShare Share(IReadOnlyList<Tensor>? latents = null, int first = 0) => new()
    {
        Schedule = _schedule,
        FirstStep = first,
        Latents = latents ?? Start(),
        EditRatios = _ratios,
        Noise = _ratios is null ? null : Fresh,
        Prompt = (sample, half) => half == GuidanceHalf.Conditional ? _prompts[sample].Prompt : _prompts[sample].Null,
        Guidance = new Guidance(7),
    };

    /// <summary>The bytes of each sample after each step, from one rank without a gang.</summary>
    public byte[][][] Alone()
    {
        using DisposeScope scope = NewDisposeScope();
        List<byte[][]> states = [];
        DenoiseStage.Run(
            Model, Clip, Share(), SingleRank.Instance, step => states.Add([.. step.State.Select(sample => Gang.Bytes(sample.Values))]), default);
        return [.. states];
    }

    public Tensor[] Start() => [.. Enumerable.Range(0, Samples).Select(i => Noise(i))];

    public void Dispose()
    {
        foreach ((PromptContext prompt, PromptContext none) in _prompts)
        {
            prompt.Dispose();
            none.Dispose();
        }
        Clip.Dispose();
        Model.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
    }

    private Tensor[] Fresh(int step) => [.. Enumerable.Range(0, Samples).Select(i => Noise(100 * (step + 1) + i))];

    private Tensor Noise(int seed) => Patches.FromLatent(Gang.Noise(seed, 4, _shape.Frames, _shape.LatentHeight, _shape.LatentWidth));
}
