using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Trains the transformer as a rectified flow (arXiv 2209.03003) on cached latents, with the forward pass that generates.</summary>
internal sealed class TransformerStage : IDisposable
{
    /// <summary>Share of samples without a prompt, for guidance.</summary>
    private const double Dropped = 0.1;

    /// <summary>Share of samples whose first latent frame is given, for image conditions.</summary>
    private const double Pictured = 0.15;

    /// <summary>Share of the samples of two chunks whose first chunk is given.</summary>
    private const double Continued = 0.7;

    /// <summary>Noise on frames that are given: those of a generation were decoded, or drawn from a posterior.</summary>
    private const double GivenNoise = 0.05;

    /// <summary>Wordings of each clip.</summary>
    private const int Wordings = 8;

    private readonly Workplace _place;
    private readonly double _longShare;
    private readonly Tensor _latents;  // [clips, 4, 5, 8, 8]
    private readonly Tensor _pictures; // [clips, 4, 1, 8, 8]
    private readonly Tensor _long;     // [long clips, 4, 10, 8, 8]
    private readonly PromptFeatures _prompts;
    private readonly TransformerNetwork[] _networks;

    /// <param name="longShare">Share of samples of two chunks, from 0 to 1.</param>
    public TransformerStage(Workplace place, double longShare)
    {
        _longShare = longShare;
        _place = place;
        File.WriteAllText(Path.Combine(place.TransformerFolder, "config.json"), DemoConfigs.Transformer + "\n");
        File.WriteAllText(Path.Combine(place.TransformerFolder, SchedulerConfig.FileName), DemoConfigs.Scheduler(FlowTimes.Shift) + "\n");
        TextFolder.Write(place.TextFolder, place.Seed);
        _latents = ClipCache.Latents(place);
        _pictures = ClipCache.Pictures(place);
        _long = LongClips.Latents(place);
        _prompts = new PromptFeatures(place.TextFolder);
        _networks = [.. Enumerable.Range(0, place.Workers).Select(_ => TransformerNetwork.Make(place.TransformerFolder, place.Seed))];
    }

    /// <summary>Trains, then writes the averaged weights. Returns whether the stage is complete.</summary>
    public bool Run(TrainingOptions options)
    {
        using Trainer trainer = new(options, [.. _networks.Select(network => network.Parameters)], Loss);
        WordSwaps swaps = new(_place, (worker, latent, caption, t, noise) => Loss(worker, new Sample(latent, caption, Scored: true, t, null, noise)));
        bool complete = TrainingRun.Go("transformer", options, trainer, _place.State("transformer"), () => trainer.State.Step % (4 * options.LogSteps) == 0 ? swaps.Report() : "", _place.Stop);
        SafetensorsWriter.Write(
            Path.Combine(_place.TransformerFolder, "model.safetensors"),
            [.. trainer.State.Parameters.Select(pair => OutgoingTensor.Of(pair.Key, pair.Value.Average))]);
        return complete;
    }

    public void Dispose()
    {
        foreach (Tensor kept in new[] { _latents, _pictures, _long })
            kept.Dispose();
        _prompts.Dispose();
    }

    internal Tensor Loss(int worker, long step, int piece) => Loss(worker, Draw(new SplitMix(DrawnFrames.Number(_place.Seed, "transformer", step, piece))));

    private Sample Draw(SplitMix random)
    {
        bool isLong = random.Unit() < _longShare;
        int index = random.Below(isLong ? LongClips.Count : ClipCache.Clips);
        Clip clip = isLong ? LongClips.Clip(_place, index) : ClipCache.Clip(_place, index);
        Tensor? given = isLong
            ? random.Unit() < Continued ? _long[index].narrow(1, 0, _long.shape[2] / 2) : null
            : random.Unit() < Pictured ? _pictures[index] : null;
        string? caption = random.Unit() < Dropped ? null
            : Caption(clip, random.Below(3), (ulong)(index * Wordings + random.Below(Wordings)));
        return new Sample((isLong ? _long : _latents)[index], caption, random.Unit() < 0.8, FlowTimes.Draw(random), given, random.Next());
    }

    private static string Caption(Clip clip, int kind, ulong wording) => kind switch
    {
        0 => Captions.Plain(clip),
        1 => Captions.Varied(clip, wording),
        _ => Captions.Rearranged(clip, wording),
    };

    /// <summary>Squared error of the predicted velocity, over the frames that are denoised.</summary>
    private Tensor Loss(int worker, Sample sample)
    {
        STDiT3 model = _networks[worker].Model;
        using Generator generator = new(sample.NoiseSeed);
        Tensor data = Patches.FromLatent(sample.Latent);                     // [T, 16, 16]
        Tensor noise = randn(data.shape, generator: generator);
        Tensor noised = data.Times(1 - sample.T).Plus(noise.Times(sample.T));
        int frames = (int)data.shape[0], given = 0;
        if (sample.Given is { } latents)
        {
            Tensor frame = Patches.FromLatent(latents);
            given = (int)frame.shape[0];
            noised = cat([frame.Plus(randn(frame.shape, generator: generator).Times(GivenNoise)), noised.narrow(0, given, frames - given)], 0);
        }
        bool[]? denoised = given == 0 ? null : [.. Enumerable.Range(0, frames).Select(i => i >= given)];
        using ClipContext clip = model.Clip(new ClipShape(frames, DrawnFrames.Side / 8, DrawnFrames.Side / 8, DrawnFrames.Side, DrawnFrames.Side, 24), UnitSize.Processor);
        using PromptContext prompt = sample.Caption is { } caption
            ? model.Prompt(_prompts.Of(caption, sample.Scored), null)
            : model.NullPrompt(Mask(random: sample.NoiseSeed));
        Tensor velocity = model.forward(
            new Tokens(noised, TokenLayout.Frames, 0), (float)(sample.T * 1000), denoised, clip, prompt, SingleRank.Instance).Values;
        return (velocity - (data - noise)).Squared().narrow(0, given, frames - given).mean();
    }

    /// <summary>One clip to learn from.</summary>
    /// <param name="Latent">[4, T, 8, 8]</param>
    /// <param name="Caption">Null for no prompt.</param>
    /// <param name="Scored">Whether the aesthetic score is appended to the caption.</param>
    /// <param name="T">Noise level, 1 for noise alone.</param>
    /// <param name="Given">Its first latent frames as a generation is given them, [4, t, 8, 8]; null when all are to be made.</param>
    private sealed record Sample(Tensor Latent, string? Caption, bool Scored, double T, Tensor? Given, ulong NoiseSeed);

    /// <summary>The mask of a prompt of usual length: the empty prompt is cut to the one that it is to guide away from.</summary>
    private static bool[] Mask(ulong random) => [.. Enumerable.Range(0, 300).Select(i => i < 12 + (int)(random % 14))];
}
