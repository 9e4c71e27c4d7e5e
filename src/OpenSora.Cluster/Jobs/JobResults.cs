using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Jobs;

/// <summary>
/// What a job takes from results of earlier ones of its owner, and leaves for later ones: features of texts, starts, and steps. A key has all that the bytes depend on: the kind of
/// card, the files of the networks, the fields of the request that matter, and what came before.
/// </summary>
internal sealed class JobResults
{
    private readonly JobContext _job;
    private readonly ResultStore _store;
    private readonly string _owner, _cards;

    private JobResults(JobContext job, ResultStore store, string owner, string cards) => (_job, _store, _owner, _cards) = (job, store, owner, cards);

    /// <summary>Asks a card for the names of its networks' files.</summary>
    public static async Task<JobResults> Open(JobContext job, ResultStore store, string owner, CancellationToken cancel)
    {
        WorkKind kind = new(Stage.Load) { NeedsLoaded = false };
        LoadTask names = new([Network.Text, Network.Transformer, Network.Autoencoder]) { Job = job.Job, Request = job.Request, OnlyNames = true };
        IReadOnlyList<WeightsDigest> weights = (await job.Tasks.Run<Loaded>(kind, new TaskOrder(names), null, cancel)).Header.Weights;
        job.Trail.Learn(weights);
        return new JobResults(job, store, owner, string.Join('\n', [job.Cards.Kind, .. weights.Select(own => $"{own.Network} {own.Sha256}")]));
    }

    /// <summary>The features of texts: those that are kept, and for the rest what the cards make.</summary>
    /// <param name="encode">Encodes some of them.</param>
    public async Task<Answer<TextEncoded>> Texts(string vocabulary, IReadOnlyList<IReadOnlyList<long>> tokens, Func<IReadOnlyList<IReadOnlyList<long>>, Task<Answer<TextEncoded>>> encode)
    {
        string[] keys = [.. tokens.Select(own => KeyOf("text", _job.Request.Dtype, $"{_job.Request.ModelMaxLength}", vocabulary, string.Join(' ', own)))];
        Dictionary<string, (EncodedPrompt Prompt, ReadOnlyMemory<byte> Features)> known = [];
        foreach (string key in keys.Distinct())
            if (await Find(key) is { Header.Prompt: { } prompt } found)
                known[key] = (prompt, found.Parts[0]);
        _job.Statistics.Reused(texts: known.Count);
        int[] missing = [.. Enumerable.Range(0, keys.Length).Where(i => !known.ContainsKey(keys[i])).DistinctBy(i => keys[i])];
        if (missing.Length > 0)
        {
            Answer<TextEncoded> made = await encode([.. missing.Select(i => tokens[i])]);
            for (int i = 0; i < missing.Length; i++)
            {
                known[keys[missing[i]]] = (made.Header.Prompts[i], made.Parts[i]);
                Keep("result-text", keys[missing[i]], new KeptResult("") { Prompt = made.Header.Prompts[i] }, [made.Parts[i]]);
            }
        }
        return new Answer<TextEncoded>(new TextEncoded([.. keys.Select(key => known[key].Prompt)]), [.. keys.Select(key => known[key].Features)]);
    }

    /// <summary>The start of a loop, kept or made.</summary>
    public async Task<LoopStart> Start(StartTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, Func<Task<LoopStart>> make)
    {
        string key = KeyOf(["start", Fields(), $"{_job.Request.Seed} {task.Loop} {task.HasNoise}", .. task.Videos.Select(video => video.MaskStrategy), .. await Task.Run(() => parts.Select(HashOf).ToArray())]);
        if (await Find(key) is { } found)
        {
            _job.Statistics.Reused(starts: 1);
            return new LoopStart(found.Parts[0], found.Header.EditRatios, new Checkpoint(0, [.. found.Parts.Skip(1)]));
        }
        LoopStart made = await make();
        Keep("result-start", key, new KeptResult("") { EditRatios = made.EditRatios }, [made.Random, .. made.From.Samples]);
        return made;
    }

    /// <summary>The last step of a clip that is kept; null where there is none.</summary>
    public async Task<(Checkpoint From, KeptResult Kept)?> LastStep(DenoiseWork work, Checkpoint start)
    {
        string clip = await Task.Run(() => ClipOf(work, StepHashes.Of(start)));
        for (int step = work.Steps; step > 0; step--)
            if (await Find(KeyOf(clip, $"{step}")) is { } found)
            {
                _job.Statistics.Reused(steps: step, units: found.Header.Units);
                return (new Checkpoint(step, found.Parts), found.Header);
            }
        return null;
    }

    /// <summary>Keeps the steps of a clip whose hashes are known from the start on.</summary>
    /// <param name="taken">Units of the steps that were taken from an earlier job.</param>
    /// <returns>To be called with each of them, and the hashes up to it.</returns>
    public Action<Checkpoint, Func<IReadOnlyList<string>>> Steps(DenoiseWork work, long taken)
    {
        long before = _job.Statistics.Units;
        return (checkpoint, hashes) =>
        {
            long units = taken + _job.Statistics.Units - before;
            _job.Checkpoints.Keep("result-step", () =>
            {
                if (hashes() is { } all && all.Count == checkpoint.Step + 1)
                    _store.Keep(_owner, KeyOf(ClipOf(work, all[0]), $"{checkpoint.Step}"), new KeptResult("") { Hashes = all, Units = units }, checkpoint.Samples);
            });
        };
    }

    private string ClipOf(DenoiseWork work, string start) => KeyOf("clip", Fields(), StepHashes.ConditionsOf(work), start,
        FormattableString.Invariant($"{work.Steps} {work.Request.CfgScale:R} {work.Request.Cache} {work.Request.SelfCheck:R}"));

    /// <summary>
    /// The fields of the request that matter to starts and steps: all but names, numbers of videos, and those that are in what came before, as prompts are in features. One that
    /// is added to requests counts until it is named here.
    /// </summary>
    private string Fields()
    {
        GenerationRequest plain = new();
        return JsonSerializer.Serialize(StepTrail.Essence(_job.Request) with
        {
            Prompts = [],
            MaskStrategies = [],
            PromptGenerator = null,
            AllowEmptyPrompt = false,
            LlmRefine = false,
            StartIndex = null,
            EndIndex = null,
            BatchSize = plain.BatchSize,
            NumSample = null,
            Loop = null,
            ReferenceBackground = null,
            Seed = plain.Seed,
            SaveFps = plain.SaveFps,
            Aes = null,
            Flow = null,
            CameraMotion = null,
            NumSamplingSteps = plain.NumSamplingSteps,
            CfgScale = plain.CfgScale,
            Cache = null,
        }, ContractsJson.Default.GenerationRequest);
    }

    private Task<(KeptResult Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts)?> Find(string key) => Task.Run(() => _store.Find(_owner, key));

    private void Keep(string name, string key, KeptResult header, IReadOnlyList<ReadOnlyMemory<byte>> parts) => _job.Checkpoints.Keep($"{name}-{key}", () => _store.Keep(_owner, key, header, parts));

    private string KeyOf(params IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [_owner, _cards, .. parts]))));

    private static string HashOf(ReadOnlyMemory<byte> part) => Convert.ToHexStringLower(SHA256.HashData(part.Span));
}
