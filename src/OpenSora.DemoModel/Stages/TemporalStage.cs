using OpenSora.DemoModel.Training;
using OpenSora.Inference.Decoding.Temporal;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Trains the autoencoder over time on the per-frame latents of whole clips; the per-frame autoencoder stays as it is.</summary>
internal sealed class TemporalStage : IDisposable
{
    /// <summary>Weight of the Kullback–Leibler divergence per latent number.</summary>
    private const double Divergence = 1e-4;

    private const string Prefix = "temporal_vae";

    private readonly Workplace _place;
    private readonly Tensor _clips;     // [clips, 4, 17, 8, 8]
    private readonly Tensor _deviation; // [1, 4, 1, 1, 1]
    private readonly List<RandomParameters> _parameters = [];
    private readonly List<TemporalVae> _networks = [];

    public TemporalStage(Workplace place)
    {
        _place = place;
        _clips = ClipCache.Frames(place);
        _deviation = _clips.std([0, 2, 3, 4], keepdim: true).DetachFromDisposeScope();
        Configure([1, 1, 1, 1], [0, 0, 0, 0]);
        VideoAutoencoderConfig config = VideoAutoencoderConfig.Read(place.VideoFolder);
        for (int worker = 0; worker < place.Workers; worker++)
        {
            RandomParameters p = new(place.Seed, Starts.Spread);
            _networks.Add(new TemporalVae(p[Prefix], config.VaeTemporal));
            foreach (Parameter parameter in p.Made.Values)
                parameter.requires_grad = true;
            _parameters.Add(p);
        }
    }

    /// <summary>Trains, then writes the averaged weights with the latents' scale and shift. Returns whether the stage is complete.</summary>
    public bool Run(TrainingOptions options)
    {
        using Trainer trainer = new(options, [.. _parameters.Select(p => p.Made)], Loss);
        bool complete = TrainingRun.Go("temporal", options, trainer, _place.State("temporal"), null, _place.Stop);
        using IDisposable quiet = no_grad();
        foreach ((string key, Trained p) in trainer.State.Parameters)
            _parameters[0].Made[key].copy_(p.Average);
        using (Checkpoint spatial = Checkpoint.Open(_place.SpatialFolder, "diffusion_pytorch_model"))
            SafetensorsWriter.Write(
                Path.Combine(_place.VideoFolder, "model.safetensors"),
                [
                    .. spatial.Entries.Keys.Select(key => OutgoingTensor.Of($"spatial_vae.module.{key}", spatial.Load(key))),
                    .. trainer.State.Parameters.Select(pair => OutgoingTensor.Of(pair.Key, pair.Value.Average)),
                ]);
        Normalise();
        AutoencoderCheck.Print(_place);
        return complete;
    }

    public void Dispose()
    {
        _clips.Dispose();
        _deviation.Dispose();
    }

    internal Tensor Loss(int worker, long step, int piece)
    {
        Tensor frames = _clips[Index(step, piece)].unsqueeze(0);             // [1, 4, 17, 8, 8]
        TemporalVae network = _networks[worker];
        Tensor moments = network.Moments(frames);                            // [1, 8, 5, 8, 8]
        Tensor mean = moments.narrow(1, 0, 4), logVariance = moments.narrow(1, 4, 4).Clamped(-30, 20);
        using Generator generator = new(DrawnFrames.Number(_place.Seed, "temporal noise", step, piece));
        Tensor latent = mean.Plus(logVariance.Times(0.5).exp() * randn(mean.shape, generator: generator));
        Tensor difference = (network.Decode(latent, DrawnFrames.Frames) - frames) / _deviation;
        return difference.Squared().mean().Plus(Gaussian.Divergence(mean, logVariance).Times(Divergence));
    }

    private long Index(long step, int piece) => (long)(DrawnFrames.Number(_place.Seed, "temporal", step, piece) % (ulong)_clips.shape[0]);

    /// <summary>Measures mean and deviation of each latent channel, with which the transformer's numbers become about standard normal.</summary>
    private void Normalise()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sample = cat([.. Enumerable.Range(0, 256).Select(i => _networks[0].Encode(_clips[i].unsqueeze(0), null))], 0);
        double[] scale = new double[4], shift = new double[4];
        for (int channel = 0; channel < 4; channel++)
        {
            Tensor values = sample.select(1, channel);
            (scale[channel], shift[channel]) = (values.std().item<float>(), values.mean().item<float>());
        }
        Configure(scale, shift);
    }

    private void Configure(double[] scale, double[] shift) =>
        File.WriteAllText(Path.Combine(_place.VideoFolder, "config.json"), DemoConfigs.VideoVae(scale, shift) + "\n");
}
