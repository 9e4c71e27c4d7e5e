using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OpenSora.Cluster.Grains;

/// <summary>Shares the queues of the streams between coordinators. Orleans' own balancer gives some to the silos of cards, which serve no streams.</summary>
internal sealed class CoordinatorQueues(IServiceProvider services, IClusterMembershipService membership, ILogger<CoordinatorQueues> log) : QueueBalancerBase(services, log)
{
    private QueueId[] _all = [];
    private volatile QueueId[] _own = [];

    public override Task Initialize(IStreamQueueMapper queueMapper)
    {
        _all = [.. queueMapper.GetAllQueues().OrderBy(queue => queue.ToString(), StringComparer.Ordinal)];
        _own = Share();
        return base.Initialize(queueMapper);
    }

    public override IEnumerable<QueueId> GetMyQueues() => _own;

    protected override void OnClusterMembershipChange(HashSet<SiloAddress> activeSilos)
    {
        QueueId[] share = Share();
        if (share.SequenceEqual(_own))
            return;
        _own = share;
        _ = NotifyListeners();
    }

    private QueueId[] Share()
    {
        SiloAddress[] coordinators = Coordinators.Of(membership.CurrentSnapshot, SiloAddress);
        int own = Array.IndexOf(coordinators, SiloAddress);
        return [.. _all.Where((_, queue) => queue % coordinators.Length == own)];
    }
}
