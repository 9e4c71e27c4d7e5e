using System.Text.Json.Serialization;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Store;

/// <summary>What is kept of a job between its batches: <c>job.json</c>.</summary>
public sealed record JobRecord
{
    public required string Job { get; init; }

    public required GenerationRequest Request { get; init; }

    /// <summary>Relative paths of the request are in this folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The kind of its cards; null before the first one came.</summary>
    public string? Kind { get; init; }

    /// <summary>Steps that it was begun with: it is a branch of another job. Null for none.</summary>
    public int? FromStep { get; init; }

    /// <summary>The batch that is being made.</summary>
    public int Batch { get; init; }

    /// <summary>Of the batches before it.</summary>
    public IReadOnlyList<SampleReport> Samples { get; init; } = [];

    /// <summary>As <see cref="Samples"/>, with the marked files.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The files that have their names so far, where files that are there are kept. Default: null (none).</summary>
    public IReadOnlyList<NamedFile>? Named { get; init; }

    /// <summary>All is done and told here; null before.</summary>
    public GenerationReport? Report { get; init; }

    /// <summary>Whether a file is there that this job has not made.</summary>
    public bool IsForeign(string file) => File.Exists(file) && !Files.Contains(file) && Named?.Contains(NamedFile.Of(file)) != true;
}

/// <summary>A file that a job has made, as it was then: another one of its name is not the same.</summary>
public sealed record NamedFile(string Path, long Length, DateTime WrittenAt)
{
    public static NamedFile Of(string path)
    {
        FileInfo file = new(path);
        return new NamedFile(path, file.Length, file.LastWriteTimeUtc);
    }
}

/// <summary>The header of a kept blob: what it belongs to, so that one of an older batch is not taken for this one's.</summary>
/// <param name="Batch">From 0.</param>
/// <param name="Loop">From 0; -1 for what belongs to the whole batch.</param>
/// <param name="Step">Steps that are done; 0 where that says nothing.</param>
public sealed record BlobKey(int Batch, int Loop = -1, int Step = 0);

/// <summary>The batch and its references. Parts: the state of the random numbers after; the references' latents, video by video.</summary>
public sealed record KeptBatch(BlobKey Key, IReadOnlyList<PlannedVideo> Videos, IReadOnlyList<IReadOnlyList<TensorPart>> References);

/// <summary>A loop that begins. Parts: the state of the random numbers after; of each sample the latent [T, S, 16].</summary>
public sealed record KeptStart(BlobKey Key, IReadOnlyList<IReadOnlyList<float>> EditRatios);

/// <summary>A step. Parts: of each sample the latent [T, S, 16].</summary>
public sealed record KeptStep(BlobKey Key);

/// <summary>A loop whose denoise is done. Parts: the state of the random numbers after; of each sample the latent [T, S, 16].</summary>
public sealed record KeptClip(BlobKey Key);

/// <summary>What a loop left for the next one. Parts: the state of the random numbers after; of each video its latent.</summary>
public sealed record KeptContinuation(BlobKey Key, IReadOnlyList<TensorPart> Latents);

/// <summary>The hashes of the steps so far. No parts.</summary>
internal sealed record KeptTrail(IReadOnlyList<WeightsDigest> Weights, IReadOnlyList<ClipTrail> Clips);

/// <summary>How all this is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(KeptBatch))]
[JsonSerializable(typeof(KeptStart))]
[JsonSerializable(typeof(KeptStep))]
[JsonSerializable(typeof(KeptClip))]
[JsonSerializable(typeof(KeptContinuation))]
[JsonSerializable(typeof(KeptTrail))]
[JsonSerializable(typeof(KeptResult))]
internal sealed partial class StoreJson : JsonSerializerContext;
