using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Layout.Models;

/// <summary>The hyper-parameters of the four networks: all that sizes, work and memory follow from. No weight is read.</summary>
/// <param name="Name">For people.</param>
public sealed record ModelShape(
    string Name, STDiT3Config Transformer, T5EncoderConfig Text, SpatialVaeConfig Spatial, VideoAutoencoderConfig Video)
{
    /// <summary>The public checkpoints: STDiT3-XL/2, T5 v1.1 XXL, the SDXL autoencoder and OpenSora-VAE-v1.2.</summary>
    public static ModelShape Full { get; } = new(
        "full size (STDiT3-XL/2, T5 v1.1 XXL, OpenSora-VAE-v1.2)",
        new STDiT3Config(),
        new T5EncoderConfig { DModel = 4096, DKv = 64, NumHeads = 64, NumLayers = 24, DFf = 10240, VocabSize = 32128, FeedForwardProj = "gated-gelu" },
        new SpatialVaeConfig { BlockOutChannels = [128, 256, 512, 512], LayersPerBlock = 2 },
        new VideoAutoencoderConfig());

    /// <summary>The shape of the checkpoints in four folders, from their <c>config.json</c>.</summary>
    /// <exception cref="InputException">A folder is missing or was not given.</exception>
    public static ModelShape Of(ModelFolders folders, string name)
    {
        string Given(string? folder, string network)
        {
            CheckpointFolder.Require(network, folder ?? throw new InputException($"--ckpt-path-{network} was not given: give all four (dit, t5, vae2d, vae3d), or --model full or demo"));
            return folder;
        }

        STDiT3Config transformer = STDiT3Config.Read(Given(folders.Dit, "dit"));
        T5EncoderConfig text = T5EncoderConfig.Read(Given(folders.T5, "t5"));
        RequireFit(folders, transformer, text);
        return new ModelShape(
            name,
            transformer,
            text,
            SpatialVaeConfig.Read(SpatialFolder(Given(folders.Vae2d, "vae2d"))),
            VideoAutoencoderConfig.Read(Given(folders.Vae3d, "vae3d")));
    }

    /// <exception cref="InputException">The transformer does not take what the text encoder gives.</exception>
    public static void RequireFit(ModelFolders folders, STDiT3Config transformer, T5EncoderConfig text)
    {
        if (transformer.CaptionChannels != text.DModel)
            throw new InputException(
                $"the text encoder {folders.T5} gives {text.DModel} channels and the transformer {folders.Dit} takes {transformer.CaptionChannels}: give folders that belong together");
    }

    /// <summary>What <c>--model</c> and the folders name: the folders win, and without either it is the demo model.</summary>
    /// <exception cref="InputException">The word is not known, or a folder is missing.</exception>
    public static ModelShape Choose(string? model, ModelFolders folders) => (model, folders == new ModelFolders()) switch
    {
        ("full", true) => Full,
        (null or "demo", true) => Demo(),
        (null, false) => Of(folders, folders.Dit ?? "checkpoints"),
        (_, false) => throw new InputException($"--model {model} and --ckpt-path-* were both given: give one of them"),
        _ => throw new InputException($"--model '{model}' is not known: give full or demo, or the --ckpt-path-* flags"),
    };

    private static ModelShape Demo()
    {
        string folder = Installation.Home is { } home && Path.Combine(home, "models", "demo") is var demo && Directory.Exists(demo)
            ? demo
            : throw new InputException("there is no demo model (models/demo beside the program, or under OPENSORA_HOME): give --model full or the --ckpt-path-* flags");
        string At(string part) => Path.Combine(folder, part);
        return Of(new ModelFolders { Dit = At("dit"), T5 = At("t5"), Vae2d = At("vae2d"), Vae3d = At("vae3d") }, "demo model");
    }

    /// <summary>The public layout has a subfolder <c>vae</c>; a bare AutoencoderKL has not.</summary>
    private static string SpatialFolder(string folder) =>
        Path.Combine(folder, "vae") is var inner && Directory.Exists(inner) ? inner : folder;
}
