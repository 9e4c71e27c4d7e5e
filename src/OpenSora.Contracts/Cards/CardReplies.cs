using System.Text.Json.Serialization;
using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Cards;

/// <summary>
/// What a card answers. Its parts are tensors that follow over the link of the call, in order. The last reply is a
/// <see cref="LastReply"/>. In between there is an <see cref="Alive"/> at least every <see cref="CardProtocol.Heartbeat"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "reply")]
[JsonDerivedType(typeof(Alive), "alive")]
[JsonDerivedType(typeof(Told), "told")]
[JsonDerivedType(typeof(StepHandedIn), "step")]
[JsonDerivedType(typeof(FramesDecoded), "frames")]
[JsonDerivedType(typeof(Loaded), "loaded")]
[JsonDerivedType(typeof(TextEncoded), "text-encoded")]
[JsonDerivedType(typeof(ReferenceEncoded), "reference-encoded")]
[JsonDerivedType(typeof(Started), "started")]
[JsonDerivedType(typeof(Denoised), "denoised")]
[JsonDerivedType(typeof(Decoded), "decoded")]
[JsonDerivedType(typeof(TaskFailed), "failed")]
[JsonDerivedType(typeof(TaskRefused), "refused")]
public abstract record CardReply;

/// <summary>A sign of life; the first one says that the card has the task, and waits for its tensors.</summary>
/// <param name="FreeMemoryBytes">Of the device.</param>
public sealed record Alive(CardState State, long FreeMemoryBytes) : CardReply;

/// <summary>A line for the user.</summary>
public sealed record Told(string Message) : CardReply;

/// <summary>
/// A rank has done a step. Parts: of each sample its latent frames [count, S, 16], when they are the ones to keep
/// (<paramref name="Frames"/> &gt; 0): those of all ranks are the whole clip.
/// </summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="FirstFrame">First latent frame of the parts.</param>
/// <param name="Frames">Latent frames of the parts.</param>
/// <param name="Counts">What the step took.</param>
/// <param name="EvenBytes">As in <see cref="Denoised"/>.</param>
public sealed record StepHandedIn(int Step, int FirstFrame, int Frames, WorkCounts Counts, double EvenBytes = 0) : CardReply
{
    /// <summary>Why no card can go on from these frames, which are not finite; null when they are. Default: null.</summary>
    public string? NotFinite { get; init; }

    /// <summary>Of each exchange of this rank in the step; null where the task does not ask for them. Default: null.</summary>
    public IReadOnlyList<ExchangeSum>? Sums { get; init; }
}

/// <summary>The next frames of a chunk. Part: RGB24, frame after frame.</summary>
public sealed record FramesDecoded(int Frames) : CardReply;

/// <summary>The end of a task.</summary>
public abstract record LastReply : CardReply
{
    /// <summary>The most memory that the card's process ever held, in bytes (resident set).</summary>
    public long PeakMemoryBytes { get; init; }
}

/// <summary>The networks are in memory.</summary>
/// <param name="Models">Names the files that were loaded, by their sizes and headers: cards with other ones must not share work.</param>
/// <param name="ComputeDtype">What the kernels run in: fp32, bf16 or fp16.</param>
public sealed record Loaded(string Models, string ComputeDtype = "fp32") : LastReply
{
    /// <summary>The files of each network that was asked for, by their contents.</summary>
    public IReadOnlyList<WeightsDigest> Weights { get; init; } = [];
}

/// <summary>Parts: the features of each text.</summary>
public sealed record TextEncoded(IReadOnlyList<EncodedPrompt> Prompts) : LastReply;

/// <summary>A text as the transformer takes it.</summary>
/// <param name="Features">[L, channels]</param>
/// <param name="Mask">Which of the tokens that a prompt may have, it has.</param>
public sealed record EncodedPrompt(TensorPart Features, IReadOnlyList<bool> Mask);

/// <summary>Parts: the latent, and the state of the random numbers now.</summary>
/// <param name="Latent">[4, T', h, w]</param>
public sealed record ReferenceEncoded(TensorPart Latent) : LastReply;

/// <summary>Parts: the state of the random numbers now, and the latent [T, S, 16] of each sample.</summary>
/// <param name="EditRatios">Of each sample and latent frame: 0 (kept) to 1 (made anew).</param>
public sealed record Started(IReadOnlyList<IReadOnlyList<float>> EditRatios) : LastReply;

/// <summary>A rank has done all steps. Part: the state of the random numbers now; the same on all ranks.</summary>
/// <param name="EvenBytes">What all ranks together would send in one step if tokens could be shared evenly: the bound of what is to be sent.</param>
public sealed record Denoised(double EvenBytes) : LastReply;

/// <summary>All frames of the chunk are sent. Parts, if it was to be encoded again: its latent, and the state of the random numbers after all of the batch's clips are encoded.</summary>
/// <param name="Latent">[4, t, h, w]; null when it was not asked for.</param>
public sealed record Decoded(TensorPart? Latent) : LastReply;

/// <summary>The task cannot be done.</summary>
/// <param name="ExitCode">See <see cref="Contracts.ExitCode"/>. Bad input and what cannot fit fail everywhere; a card's failure can be tried elsewhere.</param>
/// <param name="Rank">The rank at fault, when another one kept this one from its work.</param>
public sealed record TaskFailed(int ExitCode, string Message, int? Rank = null) : LastReply;

/// <summary>The card takes no such task now.</summary>
public sealed record TaskRefused(Refusal Why) : LastReply;

public enum Refusal
{
    /// <summary>It has another task.</summary>
    Busy,

    /// <summary>It was told to stop.</summary>
    Leaving,

    /// <summary>It was started again since it was described.</summary>
    OtherInstance,

    /// <summary>It had a task of a later epoch of the job.</summary>
    OlderEpoch,
}

/// <summary>A tensor that is a part: dense, little-endian.</summary>
/// <param name="Type">fp32, bf16 or fp16.</param>
public sealed record TensorPart(string Type, IReadOnlyList<long> Shape);

/// <summary>What a card computed, sent and waited for.</summary>
/// <param name="BytesSent">Bytes of tensors to other ranks, without headers.</param>
/// <param name="BytesReceived">As sent.</param>
/// <param name="Tokens">Tokens taken through a block, counted in each block.</param>
/// <param name="Units">Units taken through a block, counted in each block.</param>
/// <param name="Switches">Changes of layout.</param>
/// <param name="WaitedSeconds">Time in which a half of guidance stood still until other ranks' bytes came.</param>
/// <param name="ExchangingSeconds">Time from the first unit of a switch to its end, over all switches.</param>
/// <param name="Seconds">Wall-clock time of the work.</param>
public sealed record WorkCounts(
    long BytesSent, long BytesReceived, long Tokens, long Units, long Switches, double WaitedSeconds, double ExchangingSeconds, double Seconds)
{
    /// <summary>Parts of blocks (self-attention, cross-attention, MLP) evaluated with <c>--cache</c>; 0 without it.</summary>
    public long PartsEvaluated { get; init; }

    /// <summary>Parts of blocks that were taken from an earlier step.</summary>
    public long PartsTaken { get; init; }

    public static WorkCounts operator +(WorkCounts a, WorkCounts b) => new(
        a.BytesSent + b.BytesSent, a.BytesReceived + b.BytesReceived, a.Tokens + b.Tokens, a.Units + b.Units, a.Switches + b.Switches,
        a.WaitedSeconds + b.WaitedSeconds, a.ExchangingSeconds + b.ExchangingSeconds, a.Seconds + b.Seconds)
    {
        PartsEvaluated = a.PartsEvaluated + b.PartsEvaluated,
        PartsTaken = a.PartsTaken + b.PartsTaken,
    };

    public static WorkCounts Zero { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}
