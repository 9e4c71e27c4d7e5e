using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Trains the transformer as a rectified flow (arXiv 2209.03003) on cached latents, with the forward pass that generates.</summary>
internal sealed class TransformerStage : IDisposable
{
    /// <summary>Share of samples without a prompt, for guidance.</summary>
    private const double Dropped = 0.1;

    /// <summary>Share of samples whose first latent frame is given, for image conditions.</summary>
    private const double Conditioned = 0.15;

    /// <summary>Wordings of each clip.</summary>
    private const int Wordings = 8;

    private static readonly ClipShape Shape = new(5, DrawnFrames.Side / 8, DrawnFrames.Side / 8, DrawnFrames.Side, DrawnFrames.Side, 24);

    private readonly Workplace _place;
    private readonly Tensor _latents; // [clips, 4, 5, 8, 8]
    private readonly PromptFeatures _prompts;
    private readonly TransformerNetwork[] _networks;

    public TransformerStage(Workplace place)
    {
        _place = place;
        File.WriteAllText(Path.Combine(place.TransformerFolder, "config.json"), DemoConfigs.Transformer + "\n");
        File.WriteAllText(Path.Combine(place.TransformerFolder, SchedulerConfig.FileName), DemoConfigs.Scheduler(FlowTimes.Shift) + "\n");
        TextFolder.Write(place.TextFolder, place.Seed);
        _latents = ClipCache.Latents(place);
        _prompts = new PromptFeatures(place.TextFolder);
        _networks = [.. Enumerable.Range(0, place.Workers).Select(_ => TransformerNetwork.Make(place.TransformerFolder, place.Seed))];
    }

    /// <summary>Trains, then writes the averaged weights. Returns whether the stage is complete.</summary>
    public bool Run(TrainingOptions options)
    {
        using Trainer trainer = new(options, [.. _networks.Select(network => network.Parameters)], Loss);
        WordSwaps swaps = new(_place, Loss);
        bool complete = TrainingRun.Go("transformer", options, trainer, _place.State("transformer"), () => trainer.State.Step % (4 * options.LogSteps) == 0 ? swaps.Report() : "", _place.Stop);
        SafetensorsWriter.Write(
            Path.Combine(_place.TransformerFolder, "model.safetensors"),
            [.. trainer.State.Parameters.Select(pair => OutgoingTensor.Of(pair.Key, pair.Value.Average))]);
        return complete;
    }

    public void Dispose()
    {
        _latents.Dispose();
        _prompts.Dispose();
    }

    internal Tensor Loss(int worker, long step, int piece)
    {
        SplitMix random = new(DrawnFrames.Number(_place.Seed, "transformer", step, piece));
        int index = random.Below((int)_latents.shape[0]);
        Clip clip = ClipCache.Clip(_place, index);
        string caption = random.Below(3) == 0 ? Captions.Plain(clip) : Captions.Varied(clip, (ulong)(index * Wordings + random.Below(Wordings)));
        bool scored = random.Unit() < 0.8, dropped = random.Unit() < Dropped, conditioned = random.Unit() < Conditioned;
        return Loss(worker, _latents[index], dropped ? null : caption, scored, FlowTimes.Draw(random), conditioned, random.Next());
    }

    /// <summary>Squared error of the predicted velocity, over the frames that are denoised.</summary>
    /// <param name="latent">[4, 5, 8, 8]</param>
    /// <param name="caption">Null for no prompt.</param>
    /// <param name="t">Noise level, 1 for noise alone.</param>
    /// <param name="conditioned">Whether the first latent frame is given.</param>
    internal Tensor Loss(int worker, Tensor latent, string? caption, bool scored, double t, bool conditioned, ulong noiseSeed)
    {
        STDiT3 model = _networks[worker].Model;
        using Generator generator = new(noiseSeed);
        Tensor data = Patches.FromLatent(latent);                            // [5, 16, 16]
        Tensor noise = randn(data.shape, generator: generator);
        Tensor noised = data * (1 - t) + noise * t;
        bool[]? denoised = conditioned ? [false, true, true, true, true] : null;
        if (conditioned)
            noised = cat([data.narrow(0, 0, 1), noised.narrow(0, 1, Shape.Frames - 1)], 0);
        ClipContext clip = model.Clip(Shape);
        PromptContext prompt = caption is null
            ? model.NullPrompt(Mask(random: noiseSeed))
            : model.Prompt(_prompts.Of(caption, scored), null);
        Tensor velocity = model.forward(new Tokens(noised, TokenLayout.Frames, 0), (float)(t * 1000), denoised, clip, prompt, SingleRank.Instance).Values;
        Tensor error = (velocity - (data - noise)).square();
        Tensor loss = conditioned ? error.narrow(0, 1, Shape.Frames - 1).mean() : error.mean();
        foreach (IDisposable used in new IDisposable[] { clip, prompt })
            used.Dispose();
        return loss;
    }

    /// <summary>The mask of a prompt of usual length: the empty prompt is cut to the one that it is to guide away from.</summary>
    private static bool[] Mask(ulong random) => [.. Enumerable.Range(0, 300).Select(i => i < 12 + (int)(random % 14))];
}
