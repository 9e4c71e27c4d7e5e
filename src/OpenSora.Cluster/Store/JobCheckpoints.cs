using OpenSora.Cluster.Decoding;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Jobs;
using OpenSora.Layout.Clips;

namespace OpenSora.Cluster.Store;

/// <summary>A loop that begins, or goes on: where it stands.</summary>
/// <param name="Random">The state of the random numbers after the start.</param>
internal sealed record LoopStart(ReadOnlyMemory<byte> Random, IReadOnlyList<IReadOnlyList<float>> EditRatios, Checkpoint From);

/// <summary>A loop whose denoise is done.</summary>
/// <param name="Random">The state of the random numbers after.</param>
/// <param name="Samples">Of each its latent [T, S, 16].</param>
internal sealed record FinishedClip(ReadOnlyMemory<byte> Random, IReadOnlyList<ReadOnlyMemory<byte>> Samples);

/// <summary>What of a job is kept under which name, and found again. What is there of another batch or loop is passed over.</summary>
internal static class JobCheckpoints
{
    private const string BatchName = "batch", RandomName = "random", StartName = "start", StepName = "step", TrailName = "trail";

    public static void KeepBatch(this JobContext job, Batch batch)
    {
        KeptBatch header = new(new BlobKey(batch.Index), batch.Videos, [.. batch.References.Select(own => own.Select(latent => latent.Part).ToArray())]);
        ReadOnlyMemory<byte>[] parts = [batch.Random, .. batch.References.SelectMany(own => own).Select(latent => latent.Bytes)];
        job.Checkpoints.Keep(BatchName, () => job.Folder.Keep(BatchName, header, StoreJson.Default.KeptBatch, parts));
    }

    public static async Task<(KeptBatch Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts)?> FindBatch(this JobFolder folder, int batch) =>
        await folder.Find(BatchName, StoreJson.Default.KeptBatch) is { } found && found.Header.Key.Batch == batch ? (found.Header, found.Parts) : null;

    public static Batch ToBatch(this (KeptBatch Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts) kept, ClipPlan clip, ReadOnlyMemory<byte>? noise)
    {
        Queue<ReadOnlyMemory<byte>> parts = new(kept.Parts);
        ReadOnlyMemory<byte> random = parts.Dequeue();
        return new Batch(kept.Header.Key.Batch, kept.Header.Videos, clip, noise)
        {
            Random = random,
            References = [.. kept.Header.References.Select(own => own.Select(part => new Latent(part, parts.Dequeue())).ToList())],
        };
    }

    /// <summary>The state of the random numbers that a batch begins with; kept by the batch before.</summary>
    public static void KeepRandom(this JobContext job, int batch, ReadOnlyMemory<byte> random) =>
        job.Checkpoints.Keep(RandomName, () => job.Folder.Keep(RandomName, new KeptStep(new BlobKey(batch)), StoreJson.Default.KeptStep, [random]));

    public static async Task<ReadOnlyMemory<byte>?> FindRandom(this JobFolder folder, int batch) =>
        await folder.Find(RandomName, StoreJson.Default.KeptStep) is { } found && found.Header.Key.Batch == batch ? found.Parts[0] : null;

    public static void KeepStart(this JobContext job, Batch batch, int loop, LoopStart start)
    {
        foreach (string name in Names(StartName, job.Request.KeepSteps, batch.Index, loop, 0))
            job.Checkpoints.Keep(name, () => Keep(job.Folder, name, batch.Index, loop, start));
    }

    /// <param name="canGoOn">Whether the job can go on from it; one from which it cannot is kept where all are.</param>
    public static void KeepStep(this JobContext job, Batch batch, int loop, Checkpoint checkpoint, bool canGoOn)
    {
        foreach (string name in Names(canGoOn ? StepName : null, job.Request.KeepSteps, batch.Index, loop, checkpoint.Step))
            job.Checkpoints.Keep(name, () => job.Folder.KeepStep(name, batch.Index, loop, checkpoint));
    }

    /// <summary>The first loop of the first batch begins where another job's stood.</summary>
    public static void KeepBranch(this JobFolder folder, LoopStart start, Checkpoint at)
    {
        foreach (string name in Names(StartName, folder.Record.Request.KeepSteps, 0, 0, 0))
            Keep(folder, name, 0, 0, start);
        foreach (string name in at.Step == 0 ? [] : Names(StepName, folder.Record.Request.KeepSteps, 0, 0, at.Step))
            folder.KeepStep(name, 0, 0, at);
    }

    /// <summary>Under which names a step is kept: as the latest one, and among all.</summary>
    private static IEnumerable<string> Names(string? latest, bool keepsAll, int batch, int loop, int step) =>
        [.. latest is null ? [] : new[] { latest }, .. keepsAll ? new[] { JobFolder.StepName(batch, loop, step) } : []];

    private static void Keep(JobFolder folder, string name, int batch, int loop, LoopStart start) =>
        folder.Keep(name, new KeptStart(new BlobKey(batch, loop), start.EditRatios), StoreJson.Default.KeptStart, [start.Random, .. start.From.Samples]);

    public static void KeepStep(this JobFolder folder, string name, int batch, int loop, Checkpoint checkpoint) =>
        folder.Keep(name, new KeptStep(new BlobKey(batch, loop, checkpoint.Step)), StoreJson.Default.KeptStep, checkpoint.Samples);

    /// <summary>A loop as it stood after a step, of a job that keeps all.</summary>
    /// <param name="step">Steps that were done; 0 gives the start.</param>
    /// <returns>Null where the step, or the start, is missing or damaged.</returns>
    public static async Task<LoopStart?> FindStep(this JobFolder folder, int batch, int loop, int step)
    {
        LoopStart? start = await FindStart(folder, JobFolder.StepName(batch, loop, 0), batch, loop);
        if (start is null || step == 0)
            return start;
        return await folder.Find(JobFolder.StepName(batch, loop, step), StoreJson.Default.KeptStep) is { } found && found.Header.Key == new BlobKey(batch, loop, step)
            ? start with { From = new Checkpoint(step, found.Parts) } : null;
    }

    /// <summary>Where the denoise of a loop stood.</summary>
    public static async Task<LoopStart?> FindStart(this JobFolder folder, int batch, int loop)
    {
        if (await FindStart(folder, StartName, batch, loop) is not { } start)
            return null;
        return await folder.Find(StepName, StoreJson.Default.KeptStep) is { } step && Is(step.Header.Key, batch, loop)
            ? start with { From = new Checkpoint(step.Header.Key.Step, step.Parts) } : start;
    }

    private static async Task<LoopStart?> FindStart(JobFolder folder, string name, int batch, int loop) =>
        await folder.Find(name, StoreJson.Default.KeptStart) is { } start && Is(start.Header.Key, batch, loop)
            ? new LoopStart(start.Parts[0], start.Header.EditRatios, new Checkpoint(0, [.. start.Parts.Skip(1)])) : null;

    /// <summary>Before the step that it ends with: what there is too much of it is done again.</summary>
    public static void KeepTrail(this JobContext job)
    {
        Func<KeptTrail> now = job.Trail.Now();
        job.Checkpoints.Keep(TrailName, () => job.Folder.Keep(TrailName, now(), StoreJson.Default.KeptTrail, []));
    }

    public static async Task<KeptTrail?> FindTrail(this JobFolder folder) => (await folder.Find(TrailName, StoreJson.Default.KeptTrail))?.Header;

    public static void KeepClip(this JobContext job, Batch batch, int loop, FinishedClip clip) => job.Checkpoints.Keep(ClipName(loop), () => job.Folder.Keep(
        ClipName(loop), new KeptClip(new BlobKey(batch.Index, loop)), StoreJson.Default.KeptClip, [clip.Random, .. clip.Samples]));

    public static async Task<FinishedClip?> FindClip(this JobFolder folder, int batch, int loop) =>
        await folder.Find(ClipName(loop), StoreJson.Default.KeptClip) is { } found && Is(found.Header.Key, batch, loop)
            ? new FinishedClip(found.Parts[0], [.. found.Parts.Skip(1)])
            : null;

    public static void KeepContinuation(this JobContext job, Batch batch, int loop, Continuation next)
    {
        KeptContinuation header = new(new BlobKey(batch.Index, loop), [.. next.Latents.Select(latent => latent.Part)]);
        job.Checkpoints.Keep(NextName(loop), () => job.Folder.Keep(
            NextName(loop), header, StoreJson.Default.KeptContinuation, [next.Random, .. next.Latents.Select(latent => latent.Bytes)]));
    }

    public static async Task<Continuation?> FindContinuation(this JobFolder folder, int batch, int loop) =>
        await folder.Find(NextName(loop), StoreJson.Default.KeptContinuation) is { } found && Is(found.Header.Key, batch, loop)
            ? new Continuation([.. found.Header.Latents.Zip(found.Parts.Skip(1))], found.Parts[0])
            : null;

    private static string ClipName(int loop) => $"clip-{loop}";

    private static string NextName(int loop) => $"next-{loop}";

    private static bool Is(BlobKey key, int batch, int loop) => key.Batch == batch && key.Loop == loop;
}
