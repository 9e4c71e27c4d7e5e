using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Prompts.Tokenizing;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using static TorchSharp.torch;

namespace OpenSora.Card.Doctor;

/// <summary>The folders of a model: files, configurations, and whether keys and shapes are the network's. Weights are not read.</summary>
internal static class ModelChecks
{
    private const string Remedy = "download the folder again, and give the one with config.json and weights";

    /// <param name="hasTorch">Without it networks cannot be built to compare with.</param>
    public static IEnumerable<Finding> Look(ModelFolders given, bool hasTorch)
    {
        ModelFolders folders = given == new ModelFolders() && Installation.Models is { } own ? ModelFolders.In(own) : given;
        if (folders == new ModelFolders())
            return [new Finding("models", Health.Broken, "there is no demo model, and no checkpoints were given", "give --ckpt-path-dit, -t5, -vae2d and -vae3d, or set OPENSORA_HOME to the folder with models/demo")];
        return
        [
            Of("dit", folders.Dit, Transformer),
            Of("t5", folders.T5, TextEncoder),
            Of("vae2d", folders.Vae2d, folder => Autoencoder2d(folder)),
            Of("vae3d", folders.Vae3d, folder => Autoencoder3d(folder)),
        ];

        Checkpoint Transformer(string folder)
        {
            int takes = STDiT3Config.Read(folder).CaptionChannels;
            if (folders.T5 is { } t5 && File.Exists(ConfigFile.PathOf(t5)) && T5EncoderConfig.Read(t5).DModel is var gives && gives != takes)
                throw new InputException($"{folder} takes {takes} channels of a text and {t5} gives {gives}; give folders that belong together");
            if (hasTorch)
                STDiT3Checkpoint.Load(folder, META, Precision.Float32).Dispose();
            return STDiT3Checkpoint.Weights(folder);
        }

        Checkpoint TextEncoder(string folder)
        {
            T5EncoderConfig.Read(folder);
            T5Tokenizer.Load(folder);
            if (hasTorch)
                T5Encoder.Load(folder, META, Precision.Float32).Dispose();
            return T5Encoder.Weights(folder);
        }

        Checkpoint Autoencoder2d(string folder)
        {
            if (hasTorch)
                VideoAutoencoderFiles.LoadSpatial(folder, META, Precision.Float32).Dispose();
            return VideoAutoencoderFiles.SpatialWeights(folder);
        }

        Checkpoint Autoencoder3d(string folder)
        {
            VideoAutoencoderConfig.Read(folder);
            if (hasTorch && folders.Vae2d is { } spatial)
                VideoAutoencoderFiles.Load(spatial, folder, new AutoencoderUnits(), META, Precision.Float32).Dispose();
            return VideoAutoencoderFiles.Weights(folder);
        }
    }

    private static Finding Of(string name, string? folder, Func<string, Checkpoint> look) => Finding.Of(name, () =>
    {
        if (folder is null)
            return new Finding(name, Health.Broken, $"--ckpt-path-{name} was not given, and others were", "give all four, or none for the demo model");
        using Checkpoint weights = look(folder);
        return Finding.Ok(name, $"{folder}, {weights.Entries.Count} tensors");
    }, Remedy);
}
