using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <summary>How a generation of a service gives its cards to others: its owner pauses it, the service is drained, or its store takes nothing.</summary>
internal sealed partial class GenerationGrain
{
    /// <summary>The longest pause before what the store took nothing of is made again.</summary>
    private static readonly TimeSpan MostPause = TimeSpan.FromMinutes(1);

    /// <summary>Since when the store took nothing of what it made, without progress in between, and how often that was; null while it did.</summary>
    private DateTimeOffset? _lacksSince;
    private int _lacks;

    /// <summary>It has no cards, for the store takes nothing.</summary>
    private bool _lacksStore;

    /// <summary>Written before the work is stopped: after a crash in between, nobody goes on with it.</summary>
    public async Task<VideoDocument?> Pause()
    {
        if (await Read() is null)
            return null;
        if (await Change(row => row with { Video = row.Video with { IsPaused = true } }))
        {
            await Stop();
            await TellQueue(queue => queue.Ended(Id, false));
        }
        return _row is null ? null : VideoDocument.Of(Now());
    }

    public async Task<VideoDocument?> Resume()
    {
        if (await Read() is { Video.IsPaused: true } && await Change(row => row with { Video = row.Video with { IsPaused = false } }))
            await WaitAgain();
        return _row is null ? null : VideoDocument.Of(Now());
    }

    public Task Yield() => Stop();

    /// <summary>It takes its place in the queue, unless it is over or paused; on cards of the kind that its job was begun with.</summary>
    private async Task WaitAgain()
    {
        if (_row is { Video: { IsOver: false, IsPaused: false }, IsPrivate: false } row && _stop is null && !_isLeaving)
        {
            string? kind = await Task.Run(() => jobs.KindOf(row.Job));
            await TellQueue(queue => queue.Enqueue(QueuedVideos.Of(row) with { Kind = kind }));
        }
    }

    /// <summary>The store takes nothing: others get the cards.</summary>
    /// <param name="before">Percent that were done when the making began.</param>
    /// <returns>Until when it is waited for.</returns>
    private async Task<DateTimeOffset> LackStore(int before)
    {
        if (!_lacksStore && _live.Percent > before)
            (_lacksSince, _lacks) = (null, 0);
        DateTimeOffset until = (_lacksSince ??= DateTimeOffset.UtcNow) + cluster.WaitForStore;
        if (_lacksStore)
            return until;
        (_lacksStore, _lacks) = (true, _lacks + 1);
        _jobCards?.Dispose();
        _live = LiveProgress.None with { Percent = _live.Percent };
        Publish(new StatusChanged(_row?.Epoch ?? 0, IsOver: false));
        await TellQueue(queue => queue.Ended(Id, false));
        return until;
    }

    /// <summary>Waits until the store takes things again; and longer each time that it does and then still takes nothing of this.</summary>
    private async Task<Outcome> UntilKept(Outcome outcome, int before, CancellationToken cancel)
    {
        DateTimeOffset until = await LackStore(before);
        TimeSpan pause = TimeSpan.FromSeconds(Math.Min(MostPause.TotalSeconds, Math.Pow(2, Math.Min(_lacks, 10) - 1)));
        DateTimeOffset next = DateTimeOffset.UtcNow + pause;
        while (DateTimeOffset.UtcNow < until)
        {
            if (watch.Trouble is null && DateTimeOffset.UtcNow >= next)
                return outcome;
            await Task.Delay(options.StoreLook / 2, cancel);
        }
        StoreTrouble trouble = ((Outcome.OutOfStore)outcome).Trouble;
        return new Outcome.Failed(new VideoError(trouble.Code, $"the store of the service took nothing of it for {cluster.WaitForStore.TotalSeconds:0.#} s; the last time: {trouble.Message}"));
    }
}
