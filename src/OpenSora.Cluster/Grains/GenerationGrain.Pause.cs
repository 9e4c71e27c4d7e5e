using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <summary>What a generation of a service does while its store takes nothing: it waits, and others have its cards.</summary>
internal sealed partial class GenerationGrain
{
    /// <summary>The longest pause before what the store took nothing of is made again.</summary>
    private static readonly TimeSpan MostPause = TimeSpan.FromMinutes(1);

    /// <summary>Since when the store took nothing of what it made, without progress in between, and how often that was; null while it did.</summary>
    private DateTimeOffset? _lacksSince;
    private int _lacks;

    /// <summary>It has no cards, for the store takes nothing.</summary>
    private bool _isPaused;

    /// <summary>The store takes nothing: others get the cards.</summary>
    /// <param name="before">Percent that were done when the making began.</param>
    /// <returns>Until when it is waited for.</returns>
    private async Task<DateTimeOffset> Pause(int before)
    {
        if (!_isPaused && _live.Percent > before)
            (_lacksSince, _lacks) = (null, 0);
        DateTimeOffset until = (_lacksSince ??= DateTimeOffset.UtcNow) + cluster.WaitForStore;
        if (_isPaused)
            return until;
        (_isPaused, _lacks) = (true, _lacks + 1);
        _crew?.Dispose();
        _live = LiveProgress.None with { Percent = _live.Percent };
        Publish(new StatusChanged(_row?.Epoch ?? 0, IsOver: false));
        await TellQueue(queue => queue.Ended(Id, null));
        return until;
    }

    /// <summary>Waits until the store takes things again; and longer each time that it does and then still takes nothing of this.</summary>
    private async Task<Outcome> UntilKept(Outcome outcome, int before, CancellationToken cancel)
    {
        DateTimeOffset until = await Pause(before);
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
