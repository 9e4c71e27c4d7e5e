using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using static TorchSharp.torch;

namespace OpenSora.Inference;

/// <summary>The networks of a generation on one device.</summary>
/// <param name="Scheduler">How the transformer's timesteps are shifted.</param>
/// <param name="TokenLimit">Tokens of a prompt, padding included.</param>
public sealed record Models(
    T5Tokenizer Tokenizer, T5Encoder Text, STDiT3 Transformer, SchedulerConfig Scheduler, VideoAutoencoder Autoencoder, int TokenLimit,
    Device Device, Precision Precision) : IDisposable
{
    /// <summary>Loads the four folders.</summary>
    /// <exception cref="InputException">A folder or file is missing or damaged, or the folders do not fit together.</exception>
    public static Models Load(ModelFolders folders, GenerationRequest request, Device device, Precision precision)
    {
        int tokens = request.ModelMaxLength;
        T5Tokenizer tokenizer = T5Tokenizer.Load(Given(folders.T5, "--ckpt-path-t5"));
        T5Encoder text = T5Encoder.Load(folders.T5!, device, precision);
        VideoAutoencoder autoencoder = VideoAutoencoderFiles.Load(
            Given(folders.Vae2d, "--ckpt-path-vae2d"), Given(folders.Vae3d, "--ckpt-path-vae3d"),
            new AutoencoderUnits(request.MicroFrameSize, request.MicroBatchSize), device, precision);
        STDiT3 transformer = STDiT3Checkpoint.Load(
            Given(folders.Dit, "--ckpt-path-dit"), device, precision, config => config with { QkNorm = request.QkNorm, ModelMaxLength = tokens });
        if (transformer.Config.CaptionChannels != text.Config.DModel)
            throw new InputException(
                $"the text encoder {folders.T5} gives {text.Config.DModel} channels and the transformer {folders.Dit} takes {transformer.Config.CaptionChannels}: give folders that belong together");
        return new Models(tokenizer, text, transformer, SchedulerConfig.Read(folders.Dit!), autoencoder, tokens, device, precision);
    }

    public void Dispose()
    {
        Tokenizer.Dispose();
        Text.Dispose();
        Transformer.Dispose();
        Autoencoder.Dispose();
    }

    private static string Given(string? folder, string flag) => folder ?? throw new InputException(
        $"{flag} was not given, and there is no demo model (models/demo beside the program, or under OPENSORA_HOME): give {flag} FOLDER");
}
