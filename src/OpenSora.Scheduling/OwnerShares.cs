namespace OpenSora.Scheduling;

/// <summary>What owners have had of the cards lately: those that had more than an even share stand further back for a while.</summary>
/// <param name="window">How long ago it counts for a third (1 / e).</param>
public sealed class OwnerShares(TimeSpan window)
{
    private readonly Dictionary<string, double> _cardSeconds = [];
    private DateTimeOffset? _until;

    /// <summary>Counts the time since the last call.</summary>
    /// <param name="cards">Of each owner with cards, how many it has had since.</param>
    public void Spend(DateTimeOffset now, IEnumerable<(string Owner, int Cards)> cards)
    {
        double passed = Math.Max(0, (now - (_until ?? now)).TotalSeconds), kept = Math.Exp(-passed / window.TotalSeconds);
        foreach (string owner in _cardSeconds.Keys.ToArray())
            if ((_cardSeconds[owner] *= kept) < 1e-3)
                _cardSeconds.Remove(owner);
        foreach ((string owner, int has) in cards)
            _cardSeconds[owner] = _cardSeconds.GetValueOrDefault(owner) + (has * passed);
        _until = now;
    }

    /// <summary>How much further back owners stand: the window, times what the share of each is above an even one.</summary>
    /// <param name="owners">Those of whom there are requests.</param>
    public IReadOnlyDictionary<string, TimeSpan> Debts(IReadOnlyCollection<string> owners)
    {
        double all = owners.Sum(owner => _cardSeconds.GetValueOrDefault(owner));
        return owners.ToDictionary(owner => owner, owner => all == 0 ? TimeSpan.Zero : window * Math.Max(0, (_cardSeconds.GetValueOrDefault(owner) / all) - (1.0 / owners.Count)));
    }
}
