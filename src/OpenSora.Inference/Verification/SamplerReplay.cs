using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Arguments of the original's sampler with its defaults, an entry of <c>cases.json</c>.</summary>
internal sealed record SamplerArguments(int NumSamplingSteps = 10, double CfgScale = 4, bool UseTimestepTransform = false);

/// <summary>Repeats one run of the original's sampler from its inputs and its noise, and compares step by step.</summary>
internal sealed class SamplerReplay(STDiT3 model, UnitSize units, GoldenTensors golden, SamplerArguments arguments, ErrorOf error)
{
    private readonly Tensor _z = golden["z"]; // [n, c, T, h, w]

    public void Run()
    {
        int samples = (int)_z.shape[0];
        FlowSchedule schedule = Schedule();
        using ClipContext clip = model.Clip(Shape(), units);
        using PromptSet prompts = new(model, [.. Enumerable.Range(0, samples).Select(Text)]);
        GuidedVelocity velocity = new(model, clip, prompts.Of, new Guidance(arguments.CfgScale), SingleRank.Instance);
        RectifiedFlow sampler = new(schedule, (step, sample, z, timestep, denoised) =>
        {
            CompareInputs(step, sample, z, denoised);
            return velocity.At(step, sample, z, timestep, denoised);
        });
        IReadOnlyList<Tokens> result = sampler.Sample(
            Split(_z), Edits(samples), step => [.. Split(golden["step_noise"][step]).Select(noise => noise.Values)]);
        if (golden.Has("samples"))
            error.Add("samples", stack([.. result.Select(ToLatent)]), golden["samples"]);
    }

    private EncodedText Text(int sample)
    {
        bool[] mask = golden["y_mask"][sample].to(ScalarType.Bool).data<bool>().ToArray();
        using Tensor kept = tensor([.. mask.Index().Where(token => token.Item).Select(token => (long)token.Index)]);
        return new EncodedText(golden["y"][sample, 0].index_select(0, kept), mask);
    }

    private FlowSchedule Schedule()
    {
        FlowSchedule schedule = FlowSchedule.Create(
            arguments.NumSamplingSteps, Argument("height"), Argument("width"), Argument("num_frames"), ScalarType.Float32,
            arguments.UseTimestepTransform);
        if (golden.Has("timesteps"))
        {
            float[] expected = golden["timesteps"].select(1, 0).contiguous().data<float>().ToArray();
            error.Add("timesteps", expected.AsSpan().SequenceEqual([.. schedule.Timesteps]) ? 0 : double.PositiveInfinity);
        }
        return schedule;
    }

    private ClipShape Shape() =>
        new(_z.shape[2], _z.shape[3], _z.shape[4], Argument("height"), Argument("width"), Argument("fps"));

    private double Argument(string name) => golden["arg_" + name][0].Value();

    private FrameEdits[]? Edits(int samples) => golden.Has("mask")
        ? [.. Enumerable.Range(0, samples).Select(i => new FrameEdits(golden["mask"][i].data<float>().ToArray()))]
        : null;

    private void CompareInputs(int step, int sample, Tokens z, bool[]? denoised)
    {
        if (golden.Has("z_in_steps"))
            error.Add($"z_in_steps[{step}]", ToLatent(z), golden["z_in_steps"][step, sample]);
        if (golden.Has("x_mask_steps"))
        {
            bool same = golden["x_mask_steps"][step, sample].data<bool>().ToArray().AsSpan().SequenceEqual(denoised);
            error.Add($"x_mask_steps[{step}]", same ? 0 : double.PositiveInfinity);
        }
    }

    private Tokens[] Split(Tensor latents) =>
        [.. latents.unbind(0).Select(latent => new Tokens(Patches.FromLatent(latent).to(model.Device), TokenLayout.Frames, 0))];

    private Tensor ToLatent(Tokens z) => Patches.ToLatent(z.Values, _z.shape[3], _z.shape[4]).cpu();
}
