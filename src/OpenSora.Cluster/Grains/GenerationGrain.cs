using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using OpenSora.Cluster.Scheduling;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Videos;
using Orleans.Concurrency;
using Orleans.Storage;

namespace OpenSora.Cluster.Grains;

/// <inheritdoc cref="IGenerationGrain"/>
[FirstSilo, Reentrant, KeepAlive]
internal sealed class GenerationGrain(
    IVideoStore store, VideoMaker maker, VideoFolders folders, VideoServiceOptions options, IHostApplicationLifetime host) : Grain, IGenerationGrain
{
    /// <summary>How often the place in the queue is told to who watches.</summary>
    private static readonly TimeSpan PlaceTold = TimeSpan.FromSeconds(1);

    /// <summary>How long who cancels waits for the cards to be free; they are within a step.</summary>
    private static readonly TimeSpan StopAwaited = TimeSpan.FromSeconds(10);

    private readonly Watchers _watchers = new();
    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _leave = new();
    private VideoRow? _row;
    private GenerationChange? _preview;
    private LiveProgress _live = LiveProgress.None;
    private CancellationTokenSource? _stop;
    private Task _making = Task.CompletedTask;
    private IGenerationGrain _self = null!;
    private IClusterGrain _queue = null!;

    /// <summary>How many watch it.</summary>
    internal int Watched => _watchers.Count;

    private string Id => this.GetPrimaryKeyString();

    /// <summary>What is made may outlive this activation for a moment, and the runtime refuses it references then: it takes them now.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_self, _queue) = (this.AsReference<IGenerationGrain>(), GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key));
        _row = await store.Find(Id, cancellationToken);
    }

    /// <summary>What this activation makes ends with it: another one may be making it by then.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leave.Cancel();
        _stop?.Cancel();
        return Task.CompletedTask;
    }

    public async Task<VideoDocument?> Get()
    {
        if (await Read() is null)
            return null;
        return VideoDocument.Of(Now());
    }

    public async Task<bool> Start(int cards, string kind)
    {
        if (await Read() is not { } before || before.Video.IsOver || _stop is not null)
            return false;
        CancellationTokenSource stop = _stop = new CancellationTokenSource();
        try
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            if (!await Change(row => row with { Epoch = row.Epoch + 1, Video = row.Video with { Status = VideoStatus.InProgress, StartedAt = row.Video.StartedAt ?? now } }))
            {
                _stop = null;
                return false;
            }
            if (before.Video.StartedAt is null)
                Instruments.Waited.Record((now - before.Video.CreatedAt).TotalSeconds);
        }
        catch
        {
            _stop = null;
            throw;
        }
        _making = Make(_row!, new Start(Id, cards, kind), stop);
        return true;
    }

    public async Task Tell(GenerationProgress progress)
    {
        if (progress.Epoch != _row?.Epoch || _row.Video.IsOver)
            return;
        _live = _live.After(progress);
        Publish();
        await this.GetStreamProvider(ProgressStream.Provider).GetStream<GenerationProgress>(ProgressStream.Of(Id)).OnNextAsync(progress);
    }

    public Task Show(GenerationPreview preview)
    {
        if (preview.Epoch == _row?.Epoch && !_row.Video.IsOver)
            _watchers.Tell(_preview = new GenerationChange(null, preview));
        return Task.CompletedTask;
    }

    /// <summary>Written before the work is stopped: after a crash in between, nobody goes on with it.</summary>
    public async Task<VideoDocument?> Cancel()
    {
        if (await Read() is null)
            return null;
        VideoDocument before = VideoDocument.Of(Now());
        if (!await End(VideoStatus.Cancelled, video => video))
            return _row is null ? null : VideoDocument.Of(Now());
        if (_stop is { } stop)
        {
            await stop.CancelAsync();
            await Task.WhenAny(_making, Task.Delay(StopAwaited));
        }
        return before;
    }

    public async Task<VideoDocument?> Remove()
    {
        if (await Read() is not { Video.IsOver: true } row)
            return null;
        await store.Remove(row, CancellationToken.None);
        folders.Remove(Id);
        _row = null;
        Leave();
        return VideoDocument.Of(row.Video);
    }

    public async IAsyncEnumerable<GenerationChange> Watch([EnumeratorCancellation] CancellationToken cancel)
    {
        if (await Read() is null)
            yield break;
        using Watchers.Watcher watcher = _watchers.Add();
        using CancellationTokenSource leaves = CancellationTokenSource.CreateLinkedTokenSource(cancel, _leave.Token, host.ApplicationStopping);
        Video told = await WithPlace(Now());
        yield return new GenerationChange(VideoDocument.Of(told), null);
        if (_preview is { } latest)
            yield return latest;
        while (!told.IsOver)
        {
            GenerationChange? change;
            try
            {
                change = await watcher.Next(told.Status == VideoStatus.Queued ? PlaceTold : Timeout.InfiniteTimeSpan, leaves.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                break; // the next activation goes on telling
            }
            if (change?.Preview is not null)
            {
                yield return change;
                continue;
            }
            if (_row is null)
                yield break; // removed
            Video now = await WithPlace(Now());
            if (now == told)
                continue;
            told = now;
            yield return new GenerationChange(VideoDocument.Of(now), null);
        }
    }

    /// <summary>Off the grain's turns as far as the work goes; what it says comes back as calls.</summary>
    private async Task Make(VideoRow row, Start start, CancellationTokenSource stop)
    {
        int before = _live.Percent;
        using ProgressPump pump = new(_self, row.Epoch);
        TaskScheduler turns = TaskScheduler.Current;
        Outcome outcome;
        try
        {
            outcome = await Task.Run(() => maker.Make(
                row, start, happened => Hear(row.Epoch, happened, pump, turns), (step, png) => Show(row, step, png), report => OnTurn(turns, () => Complete(row.Epoch, report)), stop.Token));
        }
        catch (InconsistentStateException)
        {
            // Somebody else makes it, or it was removed: what this activation knows is old.
            outcome = new Outcome.Stopped();
            Leave();
        }
        catch (Exception failure)
        {
            outcome = new Outcome.Failed(new VideoError("card_failure", failure.Message));
        }
        _stop = null;
        stop.Dispose();
        bool hadProgress = _live.Percent > before;
        _live = LiveProgress.None with { Percent = _live.Percent };
        _preview = null;
        if (_row is { Video.IsOver: false } unfinished && unfinished.Epoch == row.Epoch)
            await Settle(unfinished, outcome, hadProgress);
        else if (_row is { Video.IsOver: true } over)
            await Free(over, outcome is Outcome.Completed done ? done.Report.Seconds.Total * done.Report.Cards : null);
        else
            // A later epoch's, or removed: the queue looks and asks.
            await _queue.Ended(Id, null);
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
                outcome = losses < options.MostLosses ? outcome
                    : new Outcome.Failed(new VideoError("card_failure", $"all cards that worked on it were lost, {losses} times and without progress in between; the last time: {lost.Why}"));
            }
            if (outcome is Outcome.Failed failed)
                await End(VideoStatus.Failed, video => video with { Error = failed.Error });
            else if (outcome is Outcome.OutOfCards && _row is { Video.IsOver: false } waits)
            {
                await _queue.Ended(Id, null);
                await _queue.Enqueue(QueuedVideos.Of(waits));
            }
        }
        catch (InconsistentStateException)
        {
            // Another activation settles it.
        }
    }

    /// <summary>The files are there. Once this is written, nothing makes them again.</summary>
    private async Task Complete(long epoch, Contracts.Generation.GenerationReport report)
    {
        if (_row?.Epoch != epoch || !await End(VideoStatus.Completed, video => video with { Report = report }))
            throw new InconsistentStateException($"video {Id} is over already, or somebody else makes it");
        Measure(report.Seconds);
    }

    /// <returns>False when it was over before.</returns>
    private async Task<bool> End(VideoStatus status, Func<Video, Video> more)
    {
        if (!await Change(row => row with { Video = more(row.Video) with { Status = status, CompletedAt = DateTimeOffset.UtcNow, Progress = status == VideoStatus.Completed ? 100 : Now().Progress } }))
            return false;
        Instruments.Ended.Add(1, Instruments.Tag("status", status.ToString().ToLowerInvariant()));
        if (_stop is null)
            await Free(_row!, null);
        return true;
    }

    private static void Measure(Contracts.Generation.StageSeconds seconds)
    {
        foreach ((string stage, double spent) in new[] { ("load", seconds.Load), ("encode", seconds.Encode), ("denoise", seconds.Denoise), ("decode", seconds.Decode), ("write", seconds.Write) })
            Instruments.Stage.Record(spent, Instruments.Tag("stage", stage));
    }

    /// <summary>Nobody works on it any more.</summary>
    private async Task Free(VideoRow row, double? cardSeconds)
    {
        if (row.Video.Status != VideoStatus.Completed)
            maker.Forget(row.Job);
        await _queue.Ended(Id, cardSeconds);
    }

    private void Show(VideoRow row, int step, byte[] png) => _ = _self.Show(new GenerationPreview(row.Epoch, step, png));

    private void Hear(long epoch, CardEvent happened, ProgressPump pump, TaskScheduler turns)
    {
        if (happened is Progress progress)
            pump.Tell(progress);
        else if (happened is Began began && _row?.Job != began.Job)
            // The job must be known before its first step is kept.
            OnTurn(turns, () => Know(epoch, began.Job)).GetAwaiter().GetResult();
    }

    private async Task Know(long epoch, string job)
    {
        if (_row?.Epoch != epoch || !await Change(row => row with { Job = job }))
            throw new InconsistentStateException($"video {Id} is over already, or somebody else makes it");
    }

    private static Task OnTurn(TaskScheduler turns, Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, turns).Unwrap();

    /// <summary>The row; looked for again while there is none.</summary>
    private async Task<VideoRow?> Read() => _row ??= await store.Find(Id, CancellationToken.None);

    /// <summary>Writes a change of the latest row, unless it is over: one after the other, although calls interleave.</summary>
    /// <returns>False when it is over.</returns>
    /// <exception cref="InconsistentStateException">Somebody else has changed it. It is read again, what this one makes is stopped, and this activation goes.</exception>
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
            Leave();
            throw;
        }
        finally
        {
            _one.Release();
        }
        Publish();
        return true;
    }

    /// <summary>Makes room for the next activation, unless that is done: this one would wait for whoever watches.</summary>
    private void Leave()
    {
        if (_leave.IsCancellationRequested)
            return;
        _leave.Cancel();
        DeactivateOnIdle();
    }

    /// <summary>As it is told: what is stored as begun waits while nobody works on it.</summary>
    private Video Now() => _live.On(_stop is null && _row!.Video.Status == VideoStatus.InProgress ? _row.Video with { Status = VideoStatus.Queued } : _row!.Video);

    private async Task<Video> WithPlace(Video video) => video.Status != VideoStatus.Queued ? video
        : video with { QueuePosition = (await _queue.Positions([Id]))[0] is var place and >= 0 ? place : null };

    private void Publish() => _watchers.Tell(new GenerationChange(null, null));
}
