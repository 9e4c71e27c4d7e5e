using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Prompts.Tokenizing;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference;

/// <summary>The networks of a generation on one device. Each is loaded when it is used first; thread-safe, but for <see cref="ReleaseText"/>.</summary>
public sealed class Models : IDisposable
{
    private readonly ModelFolders _folders;
    private readonly Lazy<T5Tokenizer> _tokenizer;
    private Lazy<T5Encoder> _text;
    private readonly Func<T5Encoder> _loadText;
    private readonly Lazy<STDiT3> _transformer;
    private readonly Lazy<VideoAutoencoder> _autoencoder;

    private Models(ModelFolders folders, GenerationRequest request, Device device, Precision precision, UnitSize units, Action<string>? tell)
    {
        (_folders, Device, Precision, Units, TokenLimit) = (folders, device, precision, units, request.ModelMaxLength);
        Scheduler = SchedulerConfig.Read(folders.Dit!);
        _tokenizer = new(() => T5Tokenizer.OfCheckpoint(folders.T5!));
        _loadText = () => T5Encoder.Load(folders.T5!, device, precision, tell);
        _text = new(_loadText);
        _transformer = new(() => STDiT3Checkpoint.Load(
            folders.Dit!, device, precision, config => config with { QkNorm = request.QkNorm, ModelMaxLength = request.ModelMaxLength }, tell));
        _autoencoder = new(() => VideoAutoencoderFiles.Load(
            folders.Vae2d!, folders.Vae3d!, new AutoencoderUnits(request.MicroFrameSize, request.MicroBatchSize), device, precision, tell));
    }

    public Device Device { get; }

    public Precision Precision { get; }

    /// <summary>How the transformer's tokens are cut.</summary>
    public UnitSize Units { get; }

    /// <summary>Tokens of a prompt, padding included.</summary>
    public int TokenLimit { get; }

    /// <summary>How the transformer's timesteps are shifted.</summary>
    public SchedulerConfig Scheduler { get; }

    public T5Tokenizer Tokenizer => _tokenizer.Value;

    public T5Encoder Text => _text.Value;

    public STDiT3 Transformer => _transformer.Value;

    public VideoAutoencoder Autoencoder => _autoencoder.Value;

    /// <summary>Looks at the four folders, the lengths of all files of weights included; what else is wrong with weights is told when they are loaded.</summary>
    /// <param name="tell">Takes a line about tensors that are passed over; null for nobody.</param>
    /// <exception cref="InputException">A folder is missing, a file is too short, or they do not fit together.</exception>
    public static Models Open(ModelFolders folders, GenerationRequest request, Device device, Precision precision, UnitSize units, Action<string>? tell = null)
    {
        string dit = Given(folders.Dit, "--ckpt-path-dit"), t5 = Given(folders.T5, "--ckpt-path-t5");
        Given(folders.Vae2d, "--ckpt-path-vae2d");
        Given(folders.Vae3d, "--ckpt-path-vae3d");
        ModelShape.RequireFit(folders, STDiT3Config.Read(dit), T5EncoderConfig.Read(t5));
        foreach (Func<Checkpoint> open in new[] { () => T5Encoder.Weights(t5), () => STDiT3Checkpoint.Weights(dit), () => VideoAutoencoderFiles.SpatialWeights(folders.Vae2d!), () => VideoAutoencoderFiles.Weights(folders.Vae3d!) })
            open().Dispose();
        return new Models(folders, request, device, precision, units, tell);
    }

    /// <summary>The timesteps of a clip.</summary>
    public FlowSchedule Schedule(ClipSettings settings) => FlowSchedule.Create(
        settings.Steps, settings.Clip.Nominal.Height, settings.Clip.Nominal.Width, settings.Clip.Frames, Precision.Model, config: Scheduler);

    /// <summary>Loads a network now.</summary>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    public void Load(Network network)
    {
        switch (network)
        {
            case Network.Text:
                _ = Text;
                break;
            case Network.Transformer:
                _ = Transformer;
                break;
            default:
                _ = Autoencoder;
                break;
        }
    }

    /// <summary>Refuses tokens of another vocabulary than the text encoder's.</summary>
    /// <param name="name">See <see cref="T5Tokenizer.NameOf"/>.</param>
    /// <exception cref="InputException">They are.</exception>
    public void RequireVocabulary(string name)
    {
        if (T5Tokenizer.NameOf(_folders.T5!) is var own && own != name)
            throw new InputException($"{_folders.T5} has another vocabulary ({own[..8]}) than the coordinator took tokens from ({name[..Math.Min(8, name.Length)]}): give cards and coordinator the same files");
    }

    /// <summary>Gives back what the text encoder takes; when it is used again, it is loaded again. Not while it is used.</summary>
    public void ReleaseText()
    {
        if (!_text.IsValueCreated)
            return;
        _text.Value.Dispose();
        _text = new(_loadText);
    }

    /// <summary>
    /// Names the files of some networks: a hash of their configurations, and of keys, types, shapes and sizes of their weights.
    /// The weights themselves are not read.
    /// </summary>
    public string Fingerprint(IEnumerable<Network> networks)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string folder in networks.Distinct().Order().SelectMany(Folders))
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(folder, file)} {new FileInfo(file).Length}\n"));
                if (Path.GetExtension(file) is ".json" or ".model")
                    hash.AppendData(File.ReadAllBytes(file));
                else if (Path.GetExtension(file) is ".safetensors" or ".bin")
                    AppendHeader(hash, file);
            }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Names the files of a network by their contents. Reads all of them, once in a process; may be called beside <see cref="Load"/>.</summary>
    public WeightsDigest Digest(Network network)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string folder in Folders(network))
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(folder, file)}\n"));
                hash.AppendData(FileDigests.Of(file));
            }
        return new WeightsDigest($"{network}", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The first of a network's stored weights that is NaN or infinite in the type of the model. Reads all of them.</summary>
    /// <returns>The checkpoint and the weight's name there; null when all are finite.</returns>
    public (string Path, string Name)? FindNotFinite(Network network)
    {
        foreach (Checkpoint checkpoint in Weights(network))
            using (checkpoint)
                foreach (string name in checkpoint.Entries.Keys)
                {
                    using DisposeScope scope = NewDisposeScope();
                    if (Finite.Missing(Precision.Round(checkpoint.Load(name))) > 0)
                        return (checkpoint.Path, name);
                }
        return null;
    }

    private IEnumerable<Checkpoint> Weights(Network network)
    {
        switch (network)
        {
            case Network.Text:
                yield return T5Encoder.Weights(_folders.T5!);
                break;
            case Network.Transformer:
                yield return STDiT3Checkpoint.Weights(_folders.Dit!);
                break;
            default:
                yield return VideoAutoencoderFiles.Weights(_folders.Vae3d!);
                yield return VideoAutoencoderFiles.SpatialWeights(_folders.Vae2d!);
                break;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable? loaded in new IDisposable?[] { IfLoaded(_text), IfLoaded(_transformer), IfLoaded(_autoencoder) })
            loaded?.Dispose();
    }

    private static void AppendHeader(IncrementalHash hash, string file)
    {
        using Checkpoint checkpoint = Checkpoint.Open(file);
        foreach (WeightEntry entry in checkpoint.Entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{entry}\n"));
    }

    private IEnumerable<string> Folders(Network network) => network switch
    {
        Network.Text => [_folders.T5!],
        Network.Transformer => [_folders.Dit!],
        _ => [_folders.Vae2d!, _folders.Vae3d!],
    };

    private static T? IfLoaded<T>(Lazy<T> network) where T : class => network.IsValueCreated ? network.Value : null;

    private static string Given(string? folder, string flag) => folder ?? throw new InputException(
        $"{flag} was not given, and there is no demo model (models/demo beside the program, or under OPENSORA_HOME): give {flag} FOLDER");
}
