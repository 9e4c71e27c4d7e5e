using System.Text.Json.Serialization;
using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Cards;

/// <summary>
/// Work for a card. Its parts are tensors that follow over the link of the call, in order. A task is a pure function of both: any
/// card of the same kind gives the same bytes, and doing it twice does no harm. A card does one at a time; closing the link stops it.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "task")]
[JsonDerivedType(typeof(LoadTask), "load")]
[JsonDerivedType(typeof(EncodeTextTask), "encode-text")]
[JsonDerivedType(typeof(EncodeReferenceTask), "encode-reference")]
[JsonDerivedType(typeof(StartTask), "start")]
[JsonDerivedType(typeof(DenoiseTask), "denoise")]
[JsonDerivedType(typeof(DecodeTask), "decode")]
public abstract record CardTask
{
    /// <summary>The job that it is part of.</summary>
    public required string Job { get; init; }

    /// <summary>The request of the job; its prompts may be left out.</summary>
    public required GenerationRequest Request { get; init; }
}

/// <summary>Loads networks, so that a later task need not. Answer: <see cref="Loaded"/>.</summary>
public sealed record LoadTask(IReadOnlyList<Network> Networks) : CardTask
{
    /// <summary>Only <see cref="Loaded.Weights"/> is asked for; no network is loaded, and none let go. Default: false.</summary>
    public bool OnlyNames { get; init; }
}

/// <summary>The networks of a generation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Network>))]
public enum Network { Text, Transformer, Autoencoder }

/// <summary>Encodes texts. Answer: <see cref="TextEncoded"/>.</summary>
/// <param name="Vocabulary">Names the files that the tokens come from: a card with other ones refuses.</param>
/// <param name="Texts">Of each text its tokens, without padding.</param>
public sealed record EncodeTextTask(string Vocabulary, IReadOnlyList<IReadOnlyList<long>> Texts) : CardTask;

/// <summary>
/// Encodes an image or a video. Part: the state of the random numbers. Its frames follow as parts [height, width, 3], RGB24 with rows
/// from the top. Answer: <see cref="ReferenceEncoded"/>.
/// </summary>
/// <param name="Frames">How many come; 1 for an image.</param>
public sealed record EncodeReferenceTask(bool IsVideo, int Frames) : CardTask;

/// <summary>
/// Draws the noise that a clip starts from and places references in it. Parts: the state of the random numbers; if
/// <see cref="HasNoise"/>, a safetensors file with the noise; the references of each video, in order. Answer: <see cref="Started"/>.
/// </summary>
/// <param name="Loop">Which clip of the videos, from 0.</param>
/// <param name="Videos">One for each video of the batch.</param>
/// <param name="HasNoise">The noise is given and not drawn.</param>
public sealed record StartTask(int Loop, IReadOnlyList<StartOfVideo> Videos, bool HasNoise) : CardTask;

/// <summary>The conditions of a video's next clip.</summary>
/// <param name="MaskStrategy">As the prompt gives it.</param>
/// <param name="References">
/// Latents [4, T', h, w]: those of the prompt, then the clips that were made before, one for each loop.
/// </param>
public sealed record StartOfVideo(string MaskStrategy, IReadOnlyList<TensorPart> References);

/// <summary>
/// One rank's share of a denoise. Parts: the state of the random numbers (as <see cref="Started"/> gave it); of each sample
/// the latent [T, S, 16] after <see cref="FirstStep"/> steps; of each sample the prompt's features. Answers:
/// a <see cref="StepHandedIn"/> for each step, and <see cref="Denoised"/>.
/// </summary>
public sealed record DenoiseTask : CardTask
{
    /// <summary>Higher than any before: what is late of an older one is refused.</summary>
    public required long Epoch { get; init; }

    public required int Rank { get; init; }

    /// <summary>Where the ranks listen for each other, by rank.</summary>
    public required IReadOnlyList<string> Links { get; init; }

    /// <summary>Which clip of the videos, from 0.</summary>
    public required int Loop { get; init; }

    /// <summary>Steps that are done.</summary>
    public required int FirstStep { get; init; }

    /// <summary>Steps that are done when the task is; null for all. Default: null.</summary>
    public int? LastStep { get; init; }

    /// <summary>Steps that are done before the first one that is handed in with its <see cref="StepHandedIn.Sums"/>; null for none. Default: null.</summary>
    public int? SumsAfter { get; init; }

    /// <summary>Of each sample and latent frame, as <see cref="Started"/> gave them.</summary>
    public required IReadOnlyList<IReadOnlyList<float>> EditRatios { get; init; }

    public required IReadOnlyList<EncodedPrompt> Prompts { get; init; }

    /// <summary>How long another rank may say nothing before it counts as gone. Default: 2 s.</summary>
    public TimeSpan LinkSilence { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Decodes a chunk of a clip, and encodes it again where another clip is to start from it. Parts: the chunk's latent frames
/// [t, S, 16]; if <see cref="Encode"/>, the state of the random numbers after the denoise. Answers:
/// <see cref="FramesDecoded"/> in order, and <see cref="Decoded"/>.
/// </summary>
/// <param name="Chunk">Which chunk, from 0.</param>
/// <param name="Video">Which video of the batch, and of how many.</param>
/// <param name="Encode">Also encode the frames.</param>
public sealed record DecodeTask(int Chunk, int Video, int Videos, bool Encode) : CardTask;
