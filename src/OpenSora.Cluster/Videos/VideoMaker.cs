using System.Diagnostics;
using OpenSora.Cluster.Crews;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Scheduling;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>The files of a job on this machine.</summary>
public delegate IJobMedia MakeMedia(GenerationRequest request);

/// <summary>How the making of a video ended.</summary>
internal abstract record Outcome
{
    public sealed record Completed(GenerationReport Report) : Outcome;

    public sealed record Failed(VideoError Error) : Outcome;

    /// <summary>There was no card any more: it waits again.</summary>
    public sealed record OutOfCards(string Why) : Outcome;

    public sealed record Stopped : Outcome;
}

/// <summary>Makes a video with a <see cref="Coordinator"/>, or goes on where it stood.</summary>
internal sealed class VideoMaker(Coordinator coordinator, JobStore jobs, MakeMedia media, VideoServiceOptions options)
{
    /// <summary>Previews of a video a second, at the most.</summary>
    private static readonly TimeSpan BetweenPreviews = TimeSpan.FromSeconds(0.5);

    /// <summary>How long another silo's hold of a job is waited for.</summary>
    private static readonly TimeSpan InUse = TimeSpan.FromSeconds(10);

    /// <summary>The largest preview; messages between grains stay small.</summary>
    private const int MostOfPreview = 60 << 10;

    /// <param name="show">What the latent looks like after a step, as PNG; some steps are left out.</param>
    /// <param name="keep">Called with the report when all files are there: when it returns, they are known to be.</param>
    public async Task<Outcome> Make(VideoRow row, Start start, Action<CardEvent> tell, Action<int, byte[]> show, Func<GenerationReport, Task> keep, CancellationToken cancel)
    {
        GenerationRequest request = row.Video.Request with { Cards = start.Cards };
        if (request.TextEncoderCard && start.Cards == 1)
        {
            tell(new Notice("there is one card: it does not keep the text encoder"));
            request = request with { TextEncoderCard = false };
        }
        try
        {
            using IJobMedia files = media(request);
            CoordinatorHooks hooks = new() { Kind = start.Kind, TraceParent = row.TraceParent, Keep = keep, StepDone = Previews(request, files, show) };
            JobFolder? begun = await FindWhenFree(row.Job, cancel);
            GenerationReport report;
            if (begun is null)
            {
                report = await coordinator.Generate(request, files, start.Cards, tell, cancel, hooks);
            }
            else
            {
                begun.Record = begun.Record with { Request = request };
                report = await coordinator.Resume(begun, files, start.Cards, tell, cancel, hooks);
            }
            return new Outcome.Completed(report);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new Outcome.Stopped();
        }
        catch (CardException failure) when (failure.InnerException is NoCardException none)
        {
            return new Outcome.OutOfCards(none.Message);
        }
        catch (InputException failure)
        {
            return new Outcome.Failed(new VideoError("bad_input", failure.Message));
        }
        catch (CannotFitException failure)
        {
            return new Outcome.Failed(new VideoError("cannot_fit", failure.Message));
        }
        catch (CardException failure)
        {
            return new Outcome.Failed(new VideoError("card_failure", failure.InnerException?.Message ?? failure.Message));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Outcome.Failed(new VideoError("card_failure", failure.Message));
        }
    }

    private Action<Checkpoint> Previews(GenerationRequest request, IJobMedia files, Action<int, byte[]> show)
    {
        LatentSize latent = ClipGeometry.Of(request).Latent;
        Task last = Task.CompletedTask;
        return checkpoint =>
        {
            if (last.IsCompleted)
                last = Task.Run(() => Show(checkpoint));
        };

        async Task Show(Checkpoint checkpoint)
        {
            Activity.Current = null; // told on the side: no part of the job's trace
            if (files.ToPng(LatentPreview.Of(checkpoint, latent, options.LatentRgb)) is { Length: <= MostOfPreview } png)
                show(checkpoint.Step, png);
            await Task.Delay(BetweenPreviews);
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

    /// <summary>A silo that was told to stop is at it for a moment yet; one that hangs never lets it go, and then it is begun anew.</summary>
    private async Task<JobFolder?> FindWhenFree(string? job, CancellationToken cancel)
    {
        for (long begin = Environment.TickCount64; Environment.TickCount64 - begin < InUse.TotalMilliseconds; await Task.Delay(100, cancel))
        {
            try
            {
                return Find(job);
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
