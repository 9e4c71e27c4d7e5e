using Microsoft.Extensions.Hosting;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>The silos of a test that do their work, in the order in which they joined, as the table of a database has them.</summary>
internal sealed class Joined
{
    private readonly List<SiloAddress> _silos = [];

    public Task<SiloAddress?> First()
    {
        lock (_silos)
            return Task.FromResult(_silos.FirstOrDefault());
    }

    /// <summary>Between the silo and what uses its grains.</summary>
    internal sealed class Member(Joined joined, SiloAddress silo) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lock (joined._silos)
                joined._silos.Add(silo);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            lock (joined._silos)
                joined._silos.Remove(silo);
            return Task.CompletedTask;
        }
    }
}
