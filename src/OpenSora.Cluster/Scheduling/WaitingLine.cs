using System.Diagnostics.CodeAnalysis;
using OpenSora.Cluster.Grains;
using OpenSora.Scheduling;

namespace OpenSora.Cluster.Scheduling;

/// <summary>
/// Those that wait, and how long work takes, as far as was seen. All are measured with what is known now, whenever they came: requests for the same
/// thing stay in their order, whatever was learnt in between.
/// </summary>
internal sealed class WaitingLine
{
    /// <summary>Weight of the latest video in what a unit of work takes.</summary>
    private const double Latest = 0.2;

    private readonly Dictionary<string, WaitingVideo> _waiting = [];

    /// <summary>Of each that is not over, also of those that do not wait any more.</summary>
    private readonly Dictionary<string, double> _work = [];
    private long _sequence;
    private double _secondsOfWork;

    public int Count => _waiting.Count;

    /// <summary>Whether anything is known of how long work takes.</summary>
    public bool IsMeasured => _secondsOfWork > 0;

    public IReadOnlyCollection<WaitingVideo> All => [.. _waiting.Values.Select(Measured)];

    /// <summary>The ids of all that were added and are not over.</summary>
    public IReadOnlyCollection<string> Known => [.. _work.Keys];

    public bool Contains(string id) => _waiting.ContainsKey(id);

    public void Add(QueuedVideo video)
    {
        Know(video);
        _waiting[video.Id] = new WaitingVideo(video.Id, video.Owner, video.Priority, video.Asked, _sequence++, video.Cards, video.MostUseful, TimeSpan.Zero, video.Kind);
    }

    /// <summary>It works already.</summary>
    public void Know(QueuedVideo video) => _work[video.Id] = video.Work;

    /// <summary>It could not begin: it stands where it stood.</summary>
    public void PutBack(WaitingVideo video) => _waiting[video.Id] = video;

    public bool Remove(string id, [NotNullWhen(true)] out WaitingVideo? video)
    {
        bool waited = _waiting.Remove(id, out WaitingVideo? found);
        video = found is null ? null : Measured(found);
        return waited;
    }

    /// <summary>It neither waits nor works.</summary>
    /// <param name="cardSeconds">Seconds of cards that it took; null where that says nothing.</param>
    public void Over(string id, double? cardSeconds)
    {
        _waiting.Remove(id);
        if (_work.Remove(id, out double work) && cardSeconds is { } seconds && work > 0)
            _secondsOfWork = _secondsOfWork == 0 ? seconds / work : ((1 - Latest) * _secondsOfWork) + (Latest * seconds / work);
    }

    /// <summary>What it takes on one card, as far as can be told; 0 where it cannot.</summary>
    public double SecondsOf(string id) => _work.GetValueOrDefault(id) * _secondsOfWork;

    private WaitingVideo Measured(WaitingVideo video) => video with { Estimate = TimeSpan.FromSeconds(SecondsOf(video.Id)) };
}
