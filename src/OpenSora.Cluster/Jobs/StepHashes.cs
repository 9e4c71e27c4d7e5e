using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Jobs;

/// <summary>
/// The hashes of a job's steps for its report. Used on the turns of the job; hashing is beside them. A job that goes on has those of before from
/// the store; where some are missing there is no trail.
/// </summary>
internal sealed class StepHashes
{
    private readonly List<Clip> _clips = [];
    private readonly SortedDictionary<string, WeightsDigest> _weights = new(StringComparer.Ordinal);
    private bool _isLost;

    public IReadOnlyList<WeightsDigest> Weights => [.. _weights.Values];

    /// <summary>SHA-256 of the latents of all samples, one after the other.</summary>
    public static string Of(Checkpoint checkpoint)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> sample in checkpoint.Samples)
            hash.AppendData(sample.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of what a clip's steps depend on beside request, weights, kind and latents.</summary>
    public static string ConditionsOf(DenoiseWork work)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(work.Random.Span));
        for (int i = 0; i < work.Features.Count; i++)
        {
            string ratios = string.Join(' ', work.EditRatios[i].Select(ratio => ratio.ToString("R", CultureInfo.InvariantCulture)));
            string mask = string.Concat(work.Prompts[i].Mask.Select(has => has ? '1' : '0'));
            hash.AppendData(SHA256.HashData(Encoding.ASCII.GetBytes($"{ratios}\n{mask}\n{work.Prompts[i].Features.Type}")));
            hash.AppendData(SHA256.HashData(work.Features[i].Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Goes on with what is kept.</summary>
    /// <param name="kept">Null where nothing is.</param>
    /// <param name="hasClips">Whether there were clips before.</param>
    public void Open(KeptTrail? kept, bool hasClips)
    {
        _isLost = kept is null && hasClips;
        Learn(kept?.Weights ?? []);
        foreach (ClipTrail clip in kept?.Clips ?? [])
            _clips.Add(new Clip(clip.Batch, clip.Loop, clip.Prompts, Task.FromResult(clip.Conditions), [.. clip.Steps.Select(Task.FromResult)]));
    }

    public void Learn(IReadOnlyList<WeightsDigest> weights)
    {
        foreach (WeightsDigest own in weights)
            _weights[own.Network] = own;
    }

    /// <summary>The denoise of a clip begins, or goes on.</summary>
    /// <param name="known">The hashes of steps that an earlier job did; null for none.</param>
    public void Begin(int batch, DenoiseWork work, IReadOnlyList<string> prompts, Checkpoint from, IReadOnlyList<string>? known)
    {
        List<Task<string>> before = known is not null ? [.. known.Select(Task.FromResult)] : Find(batch, work.Loop)?.Steps ?? [];
        _clips.RemoveAll(clip => clip.Batch == batch && clip.Loop == work.Loop);
        _clips.Add(new Clip(batch, work.Loop, prompts, Task.Run(() => ConditionsOf(work)), before));
        Add(batch, work.Loop, from);
    }

    /// <summary>A step of a clip is done, perhaps again.</summary>
    public void Add(int batch, int loop, Checkpoint checkpoint)
    {
        List<Task<string>> steps = Find(batch, loop)!.Steps;
        if (checkpoint.Step < steps.Count)
            steps.RemoveRange(checkpoint.Step, steps.Count - checkpoint.Step);
        if (checkpoint.Step == steps.Count)
            steps.Add(Task.Run(() => Of(checkpoint)));
    }

    /// <summary>The hashes of a clip up to now. It waits for them, and is not for a grain's turns.</summary>
    public Func<IReadOnlyList<string>> StepsOf(int batch, int loop)
    {
        Task<string[]> all = Task.WhenAll(Find(batch, loop)!.Steps);
        return () => all.GetAwaiter().GetResult();
    }

    /// <summary>A clip is there: now, or from before.</summary>
    /// <param name="steps">Steps that it took.</param>
    public void End(int batch, int loop, int steps) => _isLost |= Find(batch, loop)?.Steps.Count != steps + 1;

    /// <summary>What is known now. It waits for hashes, and is not for a grain's turns.</summary>
    public Func<KeptTrail> Now()
    {
        IReadOnlyList<WeightsDigest> weights = Weights;
        Clip[] clips = [.. _clips.Select(clip => clip with { Steps = [.. clip.Steps] })];
        return () => new KeptTrail(weights, [.. clips.Select(clip => clip.Told().GetAwaiter().GetResult())]);
    }

    /// <summary>All of it; null where some of it is missing.</summary>
    public async Task<StepTrail?> Finish(GenerationRequest request, string kind) => _isLost ? null
        : new StepTrail { Request = StepTrail.Essence(request), Kind = kind, Weights = Weights, Clips = await Task.WhenAll(_clips.Select(clip => clip.Told())) }.Sealed();

    private Clip? Find(int batch, int loop) => _clips.Find(clip => clip.Batch == batch && clip.Loop == loop);

    private sealed record Clip(int Batch, int Loop, IReadOnlyList<string> Prompts, Task<string> Conditions, List<Task<string>> Steps)
    {
        public async Task<ClipTrail> Told() => new(Batch, Loop, Prompts, await Conditions, await Task.WhenAll(Steps));
    }
}
