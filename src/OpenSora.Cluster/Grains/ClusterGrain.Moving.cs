using OpenSora.Layout.Units;
using OpenSora.Scheduling;

namespace OpenSora.Cluster.Grains;

/// <summary>Cards move between those that work, after each step: the scheduler says how many each has, and its generation gives back what is more.</summary>
internal sealed partial class ClusterGrain
{
    /// <summary>What a change of a gang took last.</summary>
    private TimeSpan _change;

    public Task Stepped(string id, double left, TimeSpan change)
    {
        _waiting.Stepped(id, left);
        _change = change;
        _changed.Set();
        return Task.CompletedTask;
    }

    /// <summary>Counts the time in which generations and owners have had cards.</summary>
    private void Spend() => _waiting.Spend([.. _running.Select(job => (job.Key, job.Value.Owner, Leased(job.Key)))]);

    private int Leased(string id) => _leases.Count(lease => lease.Value == id);

    private RunningVideo[] Working()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return [.. _running.Select(job => new RunningVideo(
            job.Key, job.Value.Owner, job.Value.Cards, job.Value.Kind ?? "", _waiting.IsMeasured ? now.AddSeconds(_waiting.SecondsOf(job.Key) / Math.Max(1, job.Value.Cards)) : null)
        {
            // One whose cards have not come yet, or that waits again in a moment, stays as it is.
            Video = job.Value.Kind is null || job.Value.Cards == 0 ? null : _waiting.AsWaiting(job.Key),
        })];
    }

    private void MoveCards(Dictionary<string, int> cards)
    {
        _waiting.Units = directory.Cards.Any(card => card.IsUsable && card.Description.Device != "cpu") ? UnitSize.Accelerator : UnitSize.Processor;
        foreach (Move move in _scheduler.Share(DateTimeOffset.UtcNow, _waiting.All, Working(), cards, _change))
            if (_running.TryGetValue(move.Id, out Running? job))
                job.Cards = move.Cards;
    }

    /// <summary>
    /// Generations that have fewer cards than they may get what is free, before others begin; those that have more are told so until they have given
    /// them back.
    /// </summary>
    private async Task Balance()
    {
        foreach ((string id, Running job) in _running.ToArray())
        {
            Lease[] more = LeaseFree(id, job);
            if (job.Cards == 0)
                await Generation(id).Yield();
            else if ((more.Length > 0 || Leased(id) > job.Cards) && !await Answers(() => Generation(id).Hold(job.Cards, more)))
                TakeBack(id, more);
        }
    }
}
