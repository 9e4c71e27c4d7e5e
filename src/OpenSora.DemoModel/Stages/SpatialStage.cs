using System.Globalization;
using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Trains the per-frame autoencoder on single drawn frames, with more weight on outlines and a little divergence from a normal distribution.</summary>
internal sealed class SpatialStage
{
    /// <summary>Frames of one piece of a batch.</summary>
    private const int FramesPerPiece = 8;

    /// <summary>Weight of the Kullback–Leibler divergence per latent number: enough to keep latents smooth.</summary>
    private const double Divergence = 1e-4;

    private readonly Workplace _place;
    private readonly List<RandomParameters> _parameters = [];
    private readonly List<SpatialVae> _networks = [];

    public SpatialStage(Workplace place)
    {
        _place = place;
        File.WriteAllText(Path.Combine(place.SpatialFolder, "config.json"), DemoConfigs.SpatialVae + "\n");
        for (int worker = 0; worker < place.Workers; worker++)
        {
            RandomParameters p = new(place.Seed + 1, Starts.Spread);
            _networks.Add(new SpatialVae(p, SpatialVaeConfig.Read(place.SpatialFolder)));
            foreach (Parameter parameter in p.Made.Values)
                parameter.requires_grad = true;
            _parameters.Add(p);
        }
    }

    /// <summary>Trains, then writes the averaged weights. Returns whether the stage is complete.</summary>
    public bool Run(TrainingOptions options)
    {
        using Trainer trainer = new(options, [.. _parameters.Select(p => p.Made)], Loss);
        bool complete = TrainingRun.Go("spatial", options, trainer, _place.State("spatial"), null, _place.Stop);
        SafetensorsWriter.Write(
            Path.Combine(_place.SpatialFolder, "diffusion_pytorch_model.safetensors"),
            [.. trainer.State.Parameters.Select(pair => OutgoingTensor.Of(pair.Key, pair.Value.Average))]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} held-out frames: {Psnr():F2} dB"));
        return complete;
    }

    private double Psnr()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using SpatialVae network = VideoAutoencoderFiles.LoadSpatial(_place.SpatialFolder, CPU, Precision.Float32);
        Tensor pixels = stack([.. Enumerable.Range(0, 128).Select(i => DrawnFrames.Frame(
            Clip.Draw(DrawnFrames.Number(_place.Seed, "held out", i, 0), held: true), i % DrawnFrames.Frames))]);
        return 10 * Math.Log10(4 / (network.Decode(network.Encode(pixels, null)).Clamped(-1, 1) - pixels).Squared().mean().item<float>());
    }

    internal Tensor Loss(int worker, long step, int piece)
    {
        List<Tensor> frames = [], weights = [];
        for (int i = 0; i < FramesPerPiece; i++)
        {
            ulong number = DrawnFrames.Number(_place.Seed, "spatial", step, piece, i);
            Clip clip = Clip.Draw(number);
            int frame = (int)(number >> 32) % DrawnFrames.Frames;
            frames.Add(DrawnFrames.Frame(clip, Math.Abs(frame)));
            weights.Add(DrawnFrames.Weights(clip, Math.Abs(frame)));
        }
        Tensor pixels = stack(frames), weight = stack(weights);             // [F, 3, H, W], [F, 1, H, W]
        SpatialVae network = _networks[worker];
        Tensor moments = network.Moments(pixels);                            // [F, 8, h, w]
        Tensor mean = moments.narrow(1, 0, 4), logVariance = moments.narrow(1, 4, 4).Clamped(-30, 20);
        using Generator generator = new(DrawnFrames.Number(_place.Seed, "spatial noise", step, piece));
        Tensor latent = mean.Plus(logVariance.Times(0.5).exp() * randn(mean.shape, generator: generator));
        Tensor difference = network.Decode(latent.Times(SpatialVaeConfig.ScalingFactor)) - pixels;
        Tensor reconstruction = (difference.Squared().Plus(difference.abs().Times(0.1)) * weight).mean();
        return reconstruction.Plus(Gaussian.Divergence(mean, logVariance).Times(Divergence));
    }
}
