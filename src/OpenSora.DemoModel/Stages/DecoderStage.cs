using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>
/// Trains both decoders together, from the latents of clips to pixels. The encoders stay as they are, so that the latents do
/// too: this stage can run beside the transformer's, or after it.
/// </summary>
internal sealed class DecoderStage : IDisposable
{
    /// <summary>
    /// Frames of a clip whose pixels are compared; the others are compared as latents. The first and the last are always among
    /// them: chunks are decoded apart, and what they get wrong there is seen as a jump where they meet.
    /// </summary>
    private const int FramesCompared = 4;

    /// <summary>Noise that is added to latents, which are about standard normal: those of the transformer are not perfect either.</summary>
    private const double Noise = 0.05;

    /// <summary>Share of clips whose first latent frame is that of a picture, as it is when a generation begins with one.</summary>
    private const double Pictured = 0.25;

    /// <summary>Weight of the squared error of latents of frames, in units of their deviation.</summary>
    private const double LatentWeight = 0.05;

    private readonly Workplace _place;
    private readonly Tensor _frames;    // [clips, 4, 17, 8, 8]
    private readonly Tensor _latents;   // [clips, 4, 5, 8, 8]
    private readonly Tensor _pictures;  // [clips, 4, 1, 8, 8]
    private readonly Tensor _deviation; // [4, 1, 1, 1]
    private readonly List<RandomParameters> _parameters = [];
    private readonly List<VideoAutoencoder> _networks = [];

    public DecoderStage(Workplace place)
    {
        _place = place;
        _frames = ClipCache.Frames(place);
        _latents = ClipCache.Latents(place);
        _pictures = ClipCache.Pictures(place);
        using Tensor deviation = _frames.std([0, 2, 3, 4], keepdim: true);
        _deviation = deviation.squeeze(0).DetachFromDisposeScope();
        for (int worker = 0; worker < place.Workers; worker++)
            _parameters.Add(Make());
    }

    /// <summary>Trains, then writes the averaged weights into the video autoencoder's file. Returns whether the stage is complete.</summary>
    public bool Run(TrainingOptions options)
    {
        using Trainer trainer = new(options, [.. _parameters.Select(Decoders)], Loss);
        bool complete = TrainingRun.Go("decoders", options, trainer, _place.State("decoders"), null, _place.Stop);
        using IDisposable quiet = no_grad();
        foreach ((string key, Trained p) in trainer.State.Parameters)
            _parameters[0].Made[key].copy_(p.Average);
        SafetensorsWriter.Write(Path.Combine(_place.VideoFolder, "model.safetensors"), _parameters[0].Outgoing);
        AutoencoderCheck.Print(_place);
        return complete;
    }

    public void Dispose()
    {
        foreach (Tensor kept in new[] { _frames, _latents, _pictures, _deviation })
            kept.Dispose();
    }

    internal Tensor Loss(int worker, long step, int piece)
    {
        SplitMix random = new(DrawnFrames.Number(_place.Seed, "decoders", step, piece));
        int index = random.Below((int)_latents.shape[0]);
        Clip clip = ClipCache.Clip(_place, index);
        using Generator generator = new(random.Next());
        Tensor latent = _latents[index];
        if (random.Unit() < Pictured)
            latent = cat([_pictures[index], latent.narrow(1, 1, latent.shape[1] - 1)], 1);
        latent = latent.Plus(randn(latent.shape, generator: generator).Times(Noise));
        Tensor perFrame = _networks[worker].DecodeChunk(latent, DrawnFrames.Frames); // [4, 17, 8, 8]
        int[] shown = [0, DrawnFrames.Frames - 1, .. Enumerable.Range(0, FramesCompared - 2).Select(_ => random.Below(DrawnFrames.Frames))];
        Tensor chosen = stack([.. shown.Select(frame => perFrame.select(1, frame))]);
        Tensor difference = _networks[worker].DecodeFrames(chosen) - stack([.. shown.Select(frame => DrawnFrames.Frame(clip, frame))]);
        Tensor weight = stack([.. shown.Select(frame => DrawnFrames.Weights(clip, frame))]);
        Tensor pixels = (difference.Squared().Plus(difference.abs().Times(0.1)) * weight).mean();
        return pixels.Plus(((perFrame - _frames[index]) / _deviation).Squared().mean().Times(LatentWeight));
    }

    /// <summary>A network of one worker with the weights that the model has now, those of the decoders to be trained.</summary>
    private RandomParameters Make()
    {
        using IDisposable quiet = no_grad();
        RandomParameters p = new(_place.Seed, Starts.Spread, key => key is not ("scale" or "shift"));
        _networks.Add(new VideoAutoencoder(
            p, SpatialVaeConfig.Read(_place.SpatialFolder), VideoAutoencoderConfig.Read(_place.VideoFolder), new AutoencoderUnits(), CPU, Precision.Float32));
        using Checkpoint now = Checkpoint.Open(_place.VideoFolder, "model");
        foreach ((string key, Parameter parameter) in p.Made)
        {
            using Tensor stored = now.Load(key);
            parameter.copy_(stored);
            parameter.requires_grad = IsDecoder(key);
        }
        return p;
    }

    private static Dictionary<string, Parameter> Decoders(RandomParameters p) =>
        p.Made.Where(pair => IsDecoder(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);

    private static bool IsDecoder(string key) =>
        key.Contains(".decoder.", StringComparison.Ordinal) || key.Contains("post_quant_conv", StringComparison.Ordinal);
}
