using System.Runtime.CompilerServices;
using OpenSora.Cluster.Scheduling;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Videos;
using Orleans.Concurrency;
using Orleans.Storage;

namespace OpenSora.Cluster.Grains;

/// <inheritdoc cref="IGenerationGrain"/>
[Reentrant, KeepAlive]
internal sealed class GenerationGrain(IVideoStore store, VideoMaker maker, VideoFolders folders, VideoServiceOptions options) : Grain, IGenerationGrain
{
    /// <summary>How often the place in the queue is told to who watches.</summary>
    private static readonly TimeSpan PlaceTold = TimeSpan.FromSeconds(1);

    /// <summary>How long who cancels waits for the cards to be free; they are within a step.</summary>
    private static readonly TimeSpan StopAwaited = TimeSpan.FromSeconds(10);

    private readonly Watchers _watchers = new();
    private VideoRow? _row;
    private GenerationChange? _preview;
    private LiveProgress _live = LiveProgress.None;
    private CancellationTokenSource? _stop;
    private Task _making = Task.CompletedTask;

    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _row = await store.Find(Id, cancellationToken);

    /// <summary>What this activation makes ends with it: another one may be making it by then.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
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
        if (await Read() is not { Video.IsOver: false } row || _stop is not null)
            return false;
        CancellationTokenSource stop = _stop = new CancellationTokenSource();
        try
        {
            Video begun = row.Video with { Status = VideoStatus.InProgress, StartedAt = row.Video.StartedAt ?? DateTimeOffset.UtcNow };
            await Write(row with { Epoch = row.Epoch + 1, Video = begun });
            if (row.Video.StartedAt is null)
                Instruments.Waited.Record((begun.StartedAt!.Value - row.Video.CreatedAt).TotalSeconds);
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
        if (await Read() is not { } row)
            return null;
        VideoDocument before = VideoDocument.Of(Now());
        if (row.Video.IsOver)
            return before;
        await End(row, VideoStatus.Cancelled, row.Video);
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
        DeactivateOnIdle();
        return VideoDocument.Of(row.Video);
    }

    public async IAsyncEnumerable<GenerationChange> Watch([EnumeratorCancellation] CancellationToken cancel)
    {
        if (await Read() is null)
            yield break;
        using Watchers.Watcher watcher = _watchers.Add();
        Video told = await WithPlace(Now());
        yield return new GenerationChange(VideoDocument.Of(told), null);
        if (_preview is { } latest)
            yield return latest;
        while (!told.IsOver)
        {
            GenerationChange? change = await watcher.Next(told.Status == VideoStatus.Queued ? PlaceTold : Timeout.InfiniteTimeSpan, cancel);
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
        using ProgressPump pump = new(this.AsReference<IGenerationGrain>(), row.Epoch);
        TaskScheduler turns = TaskScheduler.Current;
        Outcome outcome;
        try
        {
            outcome = await Task.Run(() => maker.Make(
                row, start, happened => Hear(happened, pump, turns), (step, png) => Show(row, step, png), report => OnTurn(turns, () => Complete(report)), stop.Token));
        }
        catch (InconsistentStateException)
        {
            // Somebody else makes it, or it was removed: what this activation knows is old.
            outcome = new Outcome.Stopped();
            DeactivateOnIdle();
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
    }

    private async Task Settle(VideoRow row, Outcome outcome, bool hadProgress)
    {
        try
        {
            if (outcome is Outcome.OutOfCards lost)
            {
                // It may be what kills them.
                int losses = hadProgress ? 1 : row.Losses + 1;
                await Write(row with { Losses = losses });
                outcome = losses < options.MostLosses ? outcome
                    : new Outcome.Failed(new VideoError("card_failure", $"all cards that worked on it were lost, {losses} times and without progress in between; the last time: {lost.Why}"));
                row = _row!;
            }
            if (outcome is Outcome.Failed failed)
                await End(row, VideoStatus.Failed, row.Video with { Error = failed.Error });
            else if (outcome is Outcome.OutOfCards)
                await GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key).Enqueue(QueuedVideos.Of(row));
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle();
        }
    }

    /// <summary>The files are there. Once this is written, nothing makes them again.</summary>
    private Task Complete(Contracts.Generation.GenerationReport report) => _row is { Video.IsOver: false } row
        ? End(row, VideoStatus.Completed, row.Video with { Report = report, Progress = 100 })
        : throw new InconsistentStateException($"video {Id} is over already");

    private async Task End(VideoRow row, VideoStatus status, Video video)
    {
        await Write(row with { Video = video with { Status = status, CompletedAt = DateTimeOffset.UtcNow, Progress = status == VideoStatus.Completed ? 100 : Now().Progress } });
        Instruments.Ended.Add(1, Instruments.Tag("status", status.ToString().ToLowerInvariant()));
        if (video.Report is { } report)
            Measure(report.Seconds);
        if (_stop is null)
            await Free(_row!, null);
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
        await GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key).Ended(Id, cardSeconds);
    }

    private void Show(VideoRow row, int step, byte[] png) => _ = this.AsReference<IGenerationGrain>().Show(new GenerationPreview(row.Epoch, step, png));

    private void Hear(CardEvent happened, ProgressPump pump, TaskScheduler turns)
    {
        if (happened is Progress progress)
            pump.Tell(progress);
        else if (happened is Began began && _row?.Job != began.Job)
            // The job must be known before its first step is kept.
            OnTurn(turns, () => Write(_row! with { Job = began.Job })).GetAwaiter().GetResult();
    }

    private static Task OnTurn(TaskScheduler turns, Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, turns).Unwrap();

    /// <summary>The row; looked for again while there is none.</summary>
    private async Task<VideoRow?> Read() => _row ??= await store.Find(Id, CancellationToken.None);

    private async Task Write(VideoRow row)
    {
        try
        {
            _row = await store.Write(row, CancellationToken.None);
        }
        catch (InconsistentStateException)
        {
            _stop?.Cancel();
            throw;
        }
        Publish();
    }

    /// <summary>As it is told: what is stored as begun waits while nobody works on it.</summary>
    private Video Now() => _live.On(_stop is null && _row!.Video.Status == VideoStatus.InProgress ? _row.Video with { Status = VideoStatus.Queued } : _row!.Video);

    private async Task<Video> WithPlace(Video video) => video.Status != VideoStatus.Queued ? video
        : video with { QueuePosition = (await GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key).Positions([Id]))[0] is var place and >= 0 ? place : null };

    private void Publish() => _watchers.Tell(new GenerationChange(null, null));
}
