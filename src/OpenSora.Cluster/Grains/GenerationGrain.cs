using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using Orleans.Concurrency;
using Orleans.Storage;
using Orleans.Streams;

namespace OpenSora.Cluster.Grains;

/// <inheritdoc cref="IGenerationGrain"/>
[OnCoordinators, Reentrant]
internal sealed partial class GenerationGrain(
    IGenerationStore store, JobStore jobs, JobRunner runner, ClusterCards directory, ILocalSiloDetails silo, StoreState watch, VideoServiceOptions options, ClusterOptions cluster, ILogger<GenerationGrain> log) : Grain, IGenerationGrain
{
    /// <summary>How long a caller that cancels waits for the cards to be free; they are within a step.</summary>
    private static readonly TimeSpan StopAwaited = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private readonly List<GenerationEvent> _untold = [];
    private VideoRow? _row;
    private Preview? _preview;
    private LiveProgress _live = LiveProgress.None;
    private CancellationTokenSource? _stop;
    private JobCards? _jobCards;
    private Task _making = Task.CompletedTask, _telling = Task.CompletedTask, _showing = Task.CompletedTask;
    private bool _isLeaving;
    private IClusterGrain _queue = null!;
    private IStreamProvider _streams = null!;

    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // The runtime refuses references to an activation that is about to go, and its job may outlive it for a moment.
        _queue = GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key);
        _streams = this.GetStreamProvider(GenerationStream.Provider);
        _row = await store.Find(Id, cancellationToken);
    }

    /// <summary>What this activation makes ends with it: another one goes on.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isLeaving = true;
        _stop?.Cancel();
        await Task.WhenAny(_making, Task.Delay(StopAwaited, cancellationToken));
    }

    public async Task<VideoDocument?> Get() => await Read() is null ? null : VideoDocument.Of(Now());

    public Task<Preview?> Latest() => Task.FromResult(_preview);

    public async Task<Holding?> Start(GenerationStart start)
    {
        if (await Read() is not { } before || before.Video.IsOver || before.Video.IsPaused)
            return null;
        if (_stop is not null)
            return await Holds();
        CancellationTokenSource stop = _stop = new CancellationTokenSource();
        JobProgress progress = new(Hear);
        CardLeases leases = new(_queue, Id);
        JobCards jobCards = _jobCards = new JobCards(directory, cluster, progress, leases, start.Cards, start.Kind);
        try
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            // It may be paused, or told to stop, while it is written that it begins.
            if (!await Change(row => row with { Epoch = row.Epoch + 1, Video = row.Video with { Status = VideoStatus.InProgress, StartedAt = row.Video.StartedAt ?? now } })
                || _row!.Video.IsPaused || stop.IsCancellationRequested)
            {
                _stop = null;
                return null;
            }
            if (before.Video.StartedAt is null)
                Instruments.Waited.Record((now - before.Video.CreatedAt).TotalSeconds);
        }
        catch
        {
            _stop = null;
            throw;
        }
        DelayDeactivation(Timeout.InfiniteTimeSpan); // no call is under way while it is made
        Holding held = new(silo.SiloAddress, start.Cards, start.Kind, start.Leases);
        _making = Make(_row!, start, jobCards, leases, progress, stop);
        return held;
    }

    public Task<Holding?> Holds() => Task.FromResult(_stop is null || _jobCards is null ? null : new Holding(silo.SiloAddress, _lacksStore ? 0 : _jobCards.Most, _jobCards.Kind, _jobCards.Leases));

    public async Task<bool> Hold(int most, Lease[] more)
    {
        if (_stop is null || _lacksStore || _jobCards is not { } jobCards)
            return false;
        jobCards.Hold(most);
        await Task.WhenAll(more.Select(jobCards.Join));
        return true;
    }

    /// <summary>Written before the work is stopped: after a crash in between, nobody goes on with it.</summary>
    public async Task<VideoDocument?> Cancel()
    {
        if (await Read() is null)
            return null;
        VideoDocument before = VideoDocument.Of(Now());
        if (!await End(VideoStatus.Cancelled, video => video))
            return _row is null ? null : VideoDocument.Of(Now());
        await Stop();
        return before;
    }

    public async Task Leave()
    {
        if (_row is { Video.IsOver: true })
            await _making;
        else
            await Stop();
        if (await Read() is { } row)
            await store.Remove(row, CancellationToken.None);
        Forget();
    }

    public async Task<VideoDocument?> Remove()
    {
        if (await Read() is not { Video.IsOver: true } row)
            return null;
        await store.Remove(row, CancellationToken.None);
        Forget();
        return VideoDocument.Of(row.Video);
    }

    /// <summary>The orchestrator: the job runs on the turns of this grain, from its start to its end or to the end of this activation.</summary>
    private async Task Make(VideoRow row, GenerationStart start, JobCards jobCards, CardLeases leases, JobProgress progress, CancellationTokenSource stop)
    {
        int before = _live.Percent;
        Outcome outcome;
        try
        {
            GenerationRequest request = RequestOf(row, start, jobCards, progress);
            await Task.WhenAll(start.Leases.Select(jobCards.Join));
            outcome = await runner.Run(new JobRun(row, request, jobCards, leases, progress, job => Know(row.Epoch, job), StepDone, _ => LackStore(before), report => Complete(row.Epoch, report)), stop.Token);
            if (outcome is Outcome.OutOfStore)
                outcome = await UntilKept(outcome, before, stop.Token);
        }
        catch (InconsistentStateException)
        {
            // Another activation makes it, or it was removed: what this one knows is old.
            outcome = new Outcome.Stopped();
            Go();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            outcome = new Outcome.Stopped();
        }
        catch (Exception failure)
        {
            Failed(log, Id, failure);
            outcome = new Outcome.Failed(new VideoError("card_failure", failure.Message));
        }
        jobCards.Dispose();
        (_stop, _jobCards, _preview, _lacksStore) = (null, null, null, false);
        stop.Dispose();
        DelayDeactivation(TimeSpan.Zero);
        bool hadProgress = _live.Percent > before;
        _live = LiveProgress.None with { Percent = _live.Percent };
        if (_row is { Video.IsOver: false } unfinished && unfinished.Epoch == row.Epoch)
            await Settle(unfinished, outcome, hadProgress);
        else if (_row is { Video.IsOver: true } over)
            await Free(over, outcome is Outcome.Completed);
        else
            // A later epoch's, or removed: the queue looks and asks.
            await TellQueue(queue => queue.Ended(Id, false));
    }

    private static GenerationRequest RequestOf(VideoRow row, GenerationStart start, JobCards jobCards, JobProgress progress)
    {
        GenerationRequest request = row.IsPrivate ? row.Video.Request : row.Video.Request with { Cards = start.Cards };
        if (request.TextEncoderCard && request.Cards == 1)
        {
            progress.Say("there is one card: it does not keep the text encoder");
            request = request with { TextEncoderCard = false };
        }
        jobCards.SetsOneAside = request.TextEncoderCard;
        return request;
    }

    private async Task Settle(VideoRow row, Outcome outcome, bool hadProgress)
    {
        try
        {
            if (outcome is Outcome.OutOfCards lost)
            {
                // It may be what kills them.
                int losses = hadProgress ? 1 : row.Losses + 1;
                await Change(now => now with { Losses = losses });
                outcome = row.IsPrivate ? new Outcome.Failed(new VideoError("card_failure", lost.Why))
                    : losses < options.MostLosses ? outcome
                    : new Outcome.Failed(new VideoError("card_failure", $"all cards that worked on it were lost, {losses} times and without progress in between; the last time: {lost.Why}"));
            }
            if (outcome is Outcome.Failed failed)
            {
                await End(VideoStatus.Failed, video => video with { Error = failed.Error });
                return;
            }
            Publish(new StatusChanged(row.Epoch, IsOver: false));
            await TellQueue(queue => queue.Ended(Id, false));
            await WaitAgain();
        }
        catch (InconsistentStateException)
        {
            // Another activation settles it.
        }
        catch (Exception away) when (StoreTrouble.Of(away) is not null)
        {
            // It is stored as begun, and the queue finds that nobody makes it.
            await TellQueue(queue => queue.Ended(Id, false));
        }
    }

    /// <summary>The files are there. Once this is written, nothing makes them again.</summary>
    private async Task Complete(long epoch, GenerationReport report)
    {
        if (_row?.Epoch != epoch || !await End(VideoStatus.Completed, video => video with { Report = report }))
            throw new InconsistentStateException($"video {Id} is over already, or another activation makes it");
        foreach ((string stage, double spent) in new[]
        {
            ("load", report.Seconds.Load), ("encode", report.Seconds.Encode), ("denoise", report.Seconds.Denoise), ("decode", report.Seconds.Decode), ("write", report.Seconds.Write),
        })
            Instruments.Stage.Record(spent, Instruments.Tag("stage", stage));
    }

    /// <returns>False when it was over before.</returns>
    private async Task<bool> End(VideoStatus status, Func<Video, Video> more)
    {
        if (!await Change(row => row with { Video = more(row.Video) with { Status = status, CompletedAt = DateTimeOffset.UtcNow, Progress = status == VideoStatus.Completed ? 100 : Now().Progress } }))
            return false;
        Instruments.Ended.Add(1, Instruments.Tag("status", status.ToString().ToLowerInvariant()));
        if (_stop is null)
            await Free(_row!, false);
        return true;
    }

    /// <summary>Nobody works on it any more.</summary>
    private async Task Free(VideoRow row, bool isDone)
    {
        if (row.Video.Status != VideoStatus.Completed && !row.IsPrivate)
            await Task.Run(() => runner.Forget(row.Job));
        await TellQueue(queue => queue.Ended(Id, isDone));
    }

    /// <summary>The queue looks and asks, if it cannot be told now.</summary>
    private async Task TellQueue(Func<IClusterGrain, Task> tell)
    {
        try
        {
            await tell(_queue);
        }
        catch (Exception away) when (away is OrleansException or TimeoutException or InvalidOperationException)
        {
        }
    }

    private async Task Stop()
    {
        if (_stop is not { } stop)
            return;
        await stop.CancelAsync();
        await Task.WhenAny(_making, Task.Delay(StopAwaited));
    }

    /// <summary>The job must be known before its first step is kept.</summary>
    private async Task Know(long epoch, string job)
    {
        if (_row?.Epoch != epoch || _row.Video.IsOver || (_row.Job != job && !await Change(row => row with { Job = job })))
            throw new InconsistentStateException($"video {Id} is over already, or another activation makes it");
    }

    /// <summary>The row; looked for again while there is none.</summary>
    private async Task<VideoRow?> Read() => _row ??= await store.Find(Id, CancellationToken.None);

    /// <summary>Writes a change of the latest row, unless it is over: one after the other, although calls interleave.</summary>
    /// <returns>False when it is over.</returns>
    /// <exception cref="InconsistentStateException">Another activation has changed it. It is read again, what this one makes is stopped, and this activation goes.</exception>
    private async Task<bool> Change(Func<VideoRow, VideoRow> change)
    {
        await _one.WaitAsync();
        try
        {
            if (_row is not { Video.IsOver: false } row)
                return false;
            _row = await store.Write(change(row), CancellationToken.None);
        }
        catch (InconsistentStateException)
        {
            _row = await store.Find(Id, CancellationToken.None);
            if (_stop is { } stop)
                await stop.CancelAsync();
            Go();
            throw;
        }
        finally
        {
            _one.Release();
        }
        Publish(new StatusChanged(_row.Epoch, _row.Video.IsOver));
        return true;
    }

    private void Forget()
    {
        Publish(new StatusChanged(_row?.Epoch ?? 0, IsOver: true));
        _row = null;
        Go();
    }

    /// <summary>Makes room for the next activation, unless that is done.</summary>
    private void Go()
    {
        if (!_isLeaving)
            DeactivateOnIdle();
        _isLeaving = true;
    }

    /// <summary>As it is told: what is stored as begun waits while nobody works on it.</summary>
    private Video Now() => _live.On(_row!.Video.Status != VideoStatus.InProgress ? _row.Video
        : _stop is null || _lacksStore || _row.Video.IsPaused ? _row.Video with { Status = VideoStatus.Queued, WaitsFor = _lacksStore ? VideoWait.Store : null }
        : _row.Video with { WaitsFor = _jobCards is { Leases.Length: 0 } ? VideoWait.Card : null });

    [LoggerMessage(LogLevel.Error, "{Video} failed")]
    private static partial void Failed(ILogger log, string video, Exception failure);
}
