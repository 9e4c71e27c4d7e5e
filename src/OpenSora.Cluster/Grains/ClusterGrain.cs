using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Scheduling;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <inheritdoc cref="IClusterGrain"/>
[FirstSilo, KeepAlive]
internal sealed partial class ClusterGrain(
    IVideoStore store, CardDirectory directory, JobStore jobs, VideoServiceOptions options, ILogger<ClusterGrain> log) : Grain, IClusterGrain
{
    /// <summary>Weight of the latest video in what a unit of work takes.</summary>
    private const double Latest = 0.2;

    private readonly Scheduler _scheduler = new(options.Scheduling);
    private readonly Dictionary<string, WaitingVideo> _waiting = [];
    private readonly Dictionary<string, RunningVideo> _running = [];
    private readonly Dictionary<string, double> _work = [];
    private long _sequence;
    private double _secondsOfWork;
    private (int Waiting, int Working, double Seconds) _measured;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Look(cancellationToken);
        Instruments.Observe(() => _measured);
        Instruments.Observe(directory);
        Measure();
        this.RegisterGrainTimer(_ => Decide(), new GrainTimerCreationOptions { DueTime = options.Tick, Period = options.Tick, KeepAlive = true });
        this.RegisterGrainTimer(Look, new GrainTimerCreationOptions { DueTime = options.Look, Period = options.Look, KeepAlive = true });
    }

    /// <summary>The store is right: takes in what is unfinished there, and forgets what is not. Whoever changed it may not have been able to tell.</summary>
    private async Task Look(CancellationToken cancel)
    {
        IReadOnlyList<VideoRow> unfinished = await store.Unfinished(cancel);
        foreach (VideoRow row in unfinished)
            if (!IsKnown(row.Video.Id))
                Add(QueuedVideos.Of(row) with { Kind = KindOf(row.Job) });
        HashSet<string> there = [.. unfinished.Select(row => row.Video.Id)];
        foreach (string id in _work.Keys.Where(id => !there.Contains(id)).ToArray())
            await Ended(id, null);
    }

    public Task Wake() => Task.CompletedTask;

    public Task<double?> Admit(string owner)
    {
        bool full = _waiting.Count >= options.Scheduling.MostWaiting || _waiting.Values.Count(video => video.Owner == owner) >= options.Scheduling.MostWaitingOfOwner;
        double next = _waiting.Values.Select(video => video.Estimate.TotalSeconds).DefaultIfEmpty(0).Average();
        return Task.FromResult<double?>(full ? Math.Clamp(Math.Round(next), 5, 300) : null);
    }

    public Task Enqueue(QueuedVideo video)
    {
        if (IsKnown(video.Id))
            return Task.CompletedTask;
        Add(video);
        return Decide();
    }

    public Task Ended(string id, double? cardSeconds)
    {
        _waiting.Remove(id);
        _running.Remove(id);
        if (_work.Remove(id, out double work) && cardSeconds is { } seconds && work > 0)
            _secondsOfWork = _secondsOfWork == 0 ? seconds / work : ((1 - Latest) * _secondsOfWork) + (Latest * seconds / work);
        return Task.CompletedTask;
    }

    public Task<int[]> Positions(string[] ids)
    {
        string[] order = [.. _scheduler.InOrder(_waiting.Values).Select(video => video.Id)];
        return Task.FromResult<int[]>([.. ids.Select(id => Array.IndexOf(order, id))]);
    }

    public async Task<CardDocument[]> Cards()
    {
        Dictionary<string, string> videos = (await store.Unfinished(CancellationToken.None)).Where(row => row.Job is not null).ToDictionary(row => row.Job!, row => row.Video.Id);
        return [.. directory.Cards.Select(card => CardDocument.Of(new CardStatus(
            card.Name, card.Description.Device, card.Kind, card.Description.Threads, card.State, directory.IsResting(card),
            card.Holder is { } job ? videos.GetValueOrDefault(job) : null, card.Description.MemoryBytes, card.FreeMemoryBytes)))];
    }

    private bool IsKnown(string id) => _waiting.ContainsKey(id) || _running.ContainsKey(id);

    private void Add(QueuedVideo video)
    {
        _work[video.Id] = video.Work;
        _waiting[video.Id] = new WaitingVideo(
            video.Id, video.Owner, video.Priority, video.Asked, _sequence++, video.Cards, video.MostUseful, TimeSpan.FromSeconds(video.Work * _secondsOfWork), video.Kind);
    }

    private async Task Decide()
    {
        Measure();
        if (_waiting.Count == 0)
            return;
        Dictionary<string, int> cards = directory.Cards.Where(card => card.IsUsable && !directory.IsResting(card)).CountBy(card => card.Kind).ToDictionary();
        foreach (Start start in _scheduler.Decide(DateTimeOffset.UtcNow, _waiting.Values, _running.Values, cards))
        {
            if (!_waiting.Remove(start.Id, out WaitingVideo? video))
                continue; // it ended meanwhile
            _running[start.Id] = new RunningVideo(
                start.Id, video.Owner, start.Cards, start.Kind, video.Estimate > TimeSpan.Zero ? DateTimeOffset.UtcNow + (video.Estimate / start.Cards) : null);
            if (!await Begin(start, video))
                _running.Remove(start.Id);
        }
    }

    private void Measure() => _measured = (
        _waiting.Count, _running.Count, _waiting.Values.Sum(video => video.Estimate > TimeSpan.Zero ? video.Estimate.TotalSeconds : options.GuessedWork.TotalSeconds));

    /// <returns>False when nobody works on it now.</returns>
    private async Task<bool> Begin(Start start, WaitingVideo video)
    {
        try
        {
            return await GrainFactory.GetGrain<IGenerationGrain>(start.Id).Start(start.Cards, start.Kind);
        }
        catch (Exception failure)
        {
            // The database may be away for a moment, or another silo was faster: the next look tells.
            NotBegun(log, start.Id, failure);
            _waiting[video.Id] = video;
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Video} could not be begun; it waits again")]
    private static partial void NotBegun(ILogger log, string video, Exception failure);

    /// <summary>The kind of cards that a job was begun with; null when it was not.</summary>
    private string? KindOf(string? job)
    {
        if (job is null || !jobs.Jobs().Contains(job))
            return null;
        try
        {
            using JobFolder folder = jobs.Open(job);
            return folder.Record.Kind;
        }
        catch (InputException)
        {
            return null;
        }
    }
}
