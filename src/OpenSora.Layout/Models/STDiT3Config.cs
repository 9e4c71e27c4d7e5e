using System.Text.Json;
using System.Text.Json.Serialization;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Layout.Models;

/// <summary>
/// Hyper-parameters of STDiT3, under the names of Open-Sora 1.2's <c>config.json</c>. Every key is optional; keys that
/// matter to training only are ignored. Settings from code are applied with <c>with</c> and win over the file.
/// </summary>
public sealed record STDiT3Config
{
    /// <summary>Channels of the latent. Default: 4.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Latent frames, rows and columns of a patch. Only the default can be computed: 1, 2, 2.</summary>
    public IReadOnlyList<int> PatchSize { get; init; } = [1, 2, 2];

    /// <summary>Channels C of a token, a multiple of 4 and of <see cref="NumHeads"/>. Default: 1152.</summary>
    public int HiddenSize { get; init; } = 1152;

    /// <summary>Spatial blocks; there are as many temporal ones. Default: 28.</summary>
    public int Depth { get; init; } = 28;

    /// <summary>Attention heads. Default: 16.</summary>
    public int NumHeads { get; init; } = 16;

    /// <summary>Width of the MLP's hidden layer as a multiple of <see cref="HiddenSize"/>. Default: 4.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Whether the network also predicts a variance, which sampling ignores. Default: true.</summary>
    public bool PredSigma { get; init; } = true;

    /// <summary>Channels of the text encoder. Default: 4096.</summary>
    public int CaptionChannels { get; init; } = 4096;

    /// <summary>Tokens of a prompt, padding included. Default: 300.</summary>
    public int ModelMaxLength { get; init; } = 300;

    /// <summary>Whether queries and keys of self-attention are normalised. Default: true.</summary>
    public bool QkNorm { get; init; } = true;

    /// <summary>Pixels of the square side for which position embeddings are unscaled. Default: 512.</summary>
    public int InputSqSize { get; init; } = 512;

    /// <summary>Whether prompts come projected and packed. Only the default can be computed: false.</summary>
    public bool SkipYEmbedder { get; init; }

    [JsonIgnore] public int HeadSize => HiddenSize / NumHeads;
    [JsonIgnore] public int MlpSize => (int)(HiddenSize * MlpRatio);

    /// <summary>Channels of the prediction: the velocity, and the variance behind it.</summary>
    [JsonIgnore] public int OutChannels => PredSigma ? 2 * InChannels : InChannels;

    /// <summary>Latent numbers in one token.</summary>
    [JsonIgnore] public int PatchChannels => InChannels * PatchSize[1] * PatchSize[2];

    /// <summary>Reads <c>config.json</c> of a checkpoint folder.</summary>
    /// <exception cref="InputException">The file is missing or damaged, or describes a network that cannot be computed.</exception>
    public static STDiT3Config Read(string folder)
    {
        string file = Path.Combine(folder, "config.json");
        try
        {
            STDiT3Config? config = JsonSerializer.Deserialize<STDiT3Config>(File.ReadAllBytes(file), Json);
            return (config ?? throw new JsonException("it holds null instead of an object")).Validated();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot read {file}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{file} is not a configuration of STDiT3: {e.Message}", e);
        }
    }

    /// <summary>The same configuration, if a network can be built from it.</summary>
    /// <exception cref="InputException">Two settings contradict each other, or one is out of range.</exception>
    public STDiT3Config Validated()
    {
        foreach ((string name, int value) in new[]
        {
            ("in_channels", InChannels), ("hidden_size", HiddenSize), ("depth", Depth), ("num_heads", NumHeads),
            ("caption_channels", CaptionChannels), ("model_max_length", ModelMaxLength), ("input_sq_size", InputSqSize),
        })
            Require(value >= 1, $"{name} is {value}, must be at least 1");
        Require(HiddenSize % NumHeads == 0, $"hidden_size {HiddenSize} is not a multiple of num_heads {NumHeads}");
        Require(HeadSize % 2 == 0, $"hidden_size {HiddenSize} / num_heads {NumHeads} = {HeadSize} is odd, rotary embedding needs pairs");
        Require(HiddenSize % 4 == 0, $"hidden_size {HiddenSize} is not a multiple of 4, as sines and cosines of two axes need");
        Require(MlpRatio > 0 && MlpSize >= 1, $"mlp_ratio {MlpRatio} leaves no hidden layer for hidden_size {HiddenSize}");
        Require(PatchSize is [1, 2, 2], $"patch_size is [{string.Join(", ", PatchSize)}], only [1, 2, 2] is supported");
        Require(!SkipYEmbedder, "skip_y_embedder is true, only networks that project the prompt themselves are supported");
        return this;
    }

    /// <summary>What a checkpoint has tensors for is not its user's to choose.</summary>
    /// <param name="name">The model, for people.</param>
    /// <exception cref="InputException">The request asks for something else.</exception>
    public void Require(GenerationRequest request, string name)
    {
        if (request.ModelMaxLength != ModelMaxLength)
            throw new InputException($"--model-max-length {request.ModelMaxLength} does not go with {name}: give {ModelMaxLength}, or leave it out");
        if (request.QkNorm != QkNorm)
            throw new InputException($"--qk-norm {(request.QkNorm ? "true" : "false")} does not go with {name}: give {(QkNorm ? "true" : "false")}, or leave it out");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InputException("STDiT3: " + message);
    }

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
