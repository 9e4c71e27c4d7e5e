using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Jobs;

/// <summary>The files of a job on this machine.</summary>
public delegate IJobMedia MakeMedia(GenerationRequest request);

/// <summary>How the making of a generation ended.</summary>
internal abstract record Outcome
{
    public sealed record Completed(GenerationReport Report) : Outcome;

    public sealed record Failed(VideoError Error) : Outcome;

    /// <summary>There was no card any more.</summary>
    public sealed record OutOfCards(string Why) : Outcome;

    /// <summary>The store took nothing; what there was to keep of the job is kept, or could not be.</summary>
    public sealed record OutOfStore(StoreTrouble Trouble) : Outcome;

    public sealed record Stopped : Outcome;
}

/// <summary>A generation that is to be made now.</summary>
/// <param name="Row">As it is stored.</param>
/// <param name="Request">What is to be made, with the number of cards that were leased for it.</param>
/// <param name="Begun">Called with the name of its job, before anything is kept of it; an exception stops it.</param>
/// <param name="StepDone">Called with each whole checkpoint; must not wait.</param>
/// <param name="Lacks">Called when the store takes nothing: gives the cards back, and says until when it is waited for, to keep what there is.</param>
/// <param name="Done">Called when all files are there, before the job is forgotten: after a crash in between it is called again.</param>
internal sealed record JobRun(
    VideoRow Row, GenerationRequest Request, JobCards Cards, CardLeases Leases, JobProgress Progress, Func<string, Task> Begun, Action<Checkpoint, IJobMedia> StepDone,
    Func<StoreTrouble, Task<DateTimeOffset>> Lacks, Func<GenerationReport, Task> Done);

/// <summary>Begins or opens the job of a generation, runs it on the turns of the caller, and forgets it when all is done.</summary>
internal sealed class JobRunner(JobStore jobs, MakeMedia media, ClusterCards directory, CardTaskClient client, ClusterOptions options, ResultStore results)
{
    /// <summary>How long another silo's hold of a job is waited for.</summary>
    private static readonly TimeSpan InUse = TimeSpan.FromSeconds(10);

    /// <summary>How often a store that took nothing is tried again.</summary>
    private static readonly TimeSpan KeptAgain = TimeSpan.FromSeconds(0.5);

    private readonly EpochNumbers _epochs = new();
    private readonly ChangeCost _changes = new();
    private readonly Tokenizers _tokenizers = new();

    /// <summary>What a change of a gang has taken here.</summary>
    public TimeSpan ChangeTakes => _changes.Mean;

    /// <summary>Looks at all of a request that can be looked at without a card. Reads files.</summary>
    /// <returns>What its user should know before it is made.</returns>
    /// <exception cref="InputException">It cannot be done as asked.</exception>
    /// <exception cref="DiskFullException">There is no room for its videos.</exception>
    public IReadOnlyList<string> Check(GenerationRequest request)
    {
        IJobMedia files = media(request);
        return Check(request, files);
    }

    /// <summary>What the user of a request should know before it is made.</summary>
    /// <exception cref="InputException">A prompt of which nothing is left for the text encoder, and that was not allowed.</exception>
    public IReadOnlyList<string> NoticesOf(GenerationRequest request) => Plan(request, Directory.GetCurrentDirectory()).Notices();

    /// <summary>Holds the names of a request's files, for a run that keeps them until it ends.</summary>
    /// <param name="begun">The job that it goes on with; null for a new one.</param>
    /// <inheritdoc cref="RequestPlan.Reserve"/>
    public (GenerationRequest Settled, NameReservation Names) Reserve(GenerationRequest request, JobRecord? begun) =>
        Plan(request, begun?.Folder ?? Directory.GetCurrentDirectory()).Reserve(begun);

    public async Task<Outcome> Run(JobRun run, CancellationToken cancel)
    {
        try
        {
            return new Outcome.Completed(await Make(run, cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new Outcome.Stopped();
        }
        catch (NoCardException none)
        {
            return new Outcome.OutOfCards(none.Message);
        }
        catch (Exception failure) when (!run.Row.IsPrivate && StoreTrouble.Of(failure) is not null)
        {
            return new Outcome.OutOfStore(StoreTrouble.Of(failure)!);
        }
        catch (InputException failure)
        {
            return new Outcome.Failed(new VideoError("bad_input", failure.Message));
        }
        catch (CannotFitException failure)
        {
            return new Outcome.Failed(new VideoError("cannot_fit", failure.Message));
        }
        catch (Exception failure) when (failure is CardException or IOException or UnauthorizedAccessException)
        {
            return new Outcome.Failed(new VideoError("card_failure", failure.Message));
        }
    }

    /// <summary>Removes what is kept of a job that nobody will go on with. What cannot be removed now goes at the next start.</summary>
    public void Forget(string? job)
    {
        try
        {
            Find(job)?.RemoveAndDispose();
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException or JobInUseException)
        {
        }
    }

    private async Task<GenerationReport> Make(JobRun run, CancellationToken cancel)
    {
        GenerationRequest request = run.Request;
        IJobMedia files = media(request);
        (JobFolder opened, bool isNew) = await Open(run, request, files, cancel);
        using JobFolder folder = opened;
        folder.Record = folder.Record with { Request = request };
        try
        {
            await run.Begun(folder.Record.Job);
        }
        catch when (isNew)
        {
            await Task.Run(folder.Remove, CancellationToken.None); // nobody knows of it, so nobody would go on with it
            throw;
        }
        JobStatistics statistics = new();
        CheckpointWriter checkpoints = new(run.Progress);
        CardTaskRunner work = new(run.Cards, client, directory, run.Leases, options, statistics, run.Progress);
        using Activity? span = Tracing.Job(run.Row.TraceParent)?.SetTag("opensora.job", folder.Record.Job).SetTag("opensora.resumed", run.Row.Job is not null)
            .SetTag("opensora.cards", request.Cards).SetTag("opensora.steps", request.NumSamplingSteps);
        try
        {
            JobContext context = new(
                folder, Plan(request, folder.Record.Folder), checkpoints, run.Cards, work, new Loading(run.Cards, work, Stage.Load), client, _epochs, _changes, files, run.Progress, statistics, new StageClock(), options,
                checkpoint => run.StepDone(checkpoint, files))
            {
                Owner = run.Row.Video.Owner,
            };
            if (run.Row.Audit is { } order)
            {
                GenerationReport audited = await new AuditJob(context, order).Run(cancel);
                await run.Done(audited);
                return audited;
            }
            GenerationReport report = folder.Record.Report ?? await new GenerationJob(context, results).Run(cancel);
            await checkpoints.Finish();
            folder.Record = folder.Record with { Report = report };
            await Task.Run(folder.Save, CancellationToken.None);
            await run.Done(report);
            await Task.Run(request.KeepSteps ? folder.RemoveAllButSteps : folder.Remove, CancellationToken.None);
            return report;
        }
        catch (Exception failure)
        {
            span.Fail(failure);
            await checkpoints.Finish();
            if (!run.Row.IsPrivate && StoreTrouble.Of(failure) is { } trouble)
                await KeepAll(checkpoints, await run.Lacks(trouble), cancel);
            throw;
        }
    }

    /// <summary>What was done is kept as soon as there is room for it, so that nothing of it is done again.</summary>
    private static async Task KeepAll(CheckpointWriter checkpoints, DateTimeOffset until, CancellationToken cancel)
    {
        while (!await checkpoints.TryAgain() && DateTimeOffset.UtcNow < until)
            await Task.Delay(KeptAgain, cancel);
    }

    /// <summary>A job that was begun is gone on with. One that is private is not begun anew.</summary>
    private async Task<(JobFolder Folder, bool IsNew)> Open(JobRun run, GenerationRequest request, IJobMedia files, CancellationToken cancel)
    {
        if (run.Row is { IsPrivate: true, Job: { } own })
            return (await Task.Run(() => jobs.Open(own), cancel), false);
        if (await FindWhenFree(run.Row.Job, cancel) is { } begun)
            return (begun, false);
        await Task.Run(() => Check(request, files), cancel);
        return (await Task.Run(() => jobs.Create(request), cancel), true);
    }

    private RequestPlan Plan(GenerationRequest request, string folder) => new(request, folder, jobs.Root, _tokenizers);

    private IReadOnlyList<string> Check(GenerationRequest request, IJobMedia files)
    {
        GenerationRules.Check(request);
        CardLimit.Check(request);
        RequestPlan plan = Plan(request, Directory.GetCurrentDirectory());
        plan.Check(files);
        return plan.Notices();
    }

    /// <summary>A silo that was told to stop is at it for a moment yet; one that hangs never lets it go, and then it is begun anew.</summary>
    private async Task<JobFolder?> FindWhenFree(string? job, CancellationToken cancel)
    {
        for (long begin = Environment.TickCount64; Environment.TickCount64 - begin < InUse.TotalMilliseconds; await Task.Delay(100, cancel))
        {
            try
            {
                return await Task.Run(() => Find(job), cancel);
            }
            catch (JobInUseException)
            {
            }
        }
        return null;
    }

    /// <summary>Null when there is none, or a damaged one, which is as good as none.</summary>
    /// <exception cref="JobInUseException">Another process is at it.</exception>
    private JobFolder? Find(string? job)
    {
        if (job is null || !jobs.Jobs().Contains(job))
            return null;
        try
        {
            return jobs.Open(job);
        }
        catch (InputException damaged) when (damaged is not JobInUseException)
        {
            return null;
        }
    }
}
