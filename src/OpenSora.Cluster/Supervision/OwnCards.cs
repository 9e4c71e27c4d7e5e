using System.Net;
using OpenSora.Cluster.Cards;
using OpenSora.Hosting;

namespace OpenSora.Cluster.Supervision;

/// <summary>The cards of a coordinator's own machine. They join as soon as its silo listens.</summary>
public sealed class OwnCards : IAsyncDisposable
{
    private readonly LocalCards _cards;
    private readonly DirectoryInfo _links = Directory.CreateTempSubdirectory("opensora-");

    /// <param name="place">The coordinator's silo: cards of other machines reach these by the same address.</param>
    /// <param name="plan">Which cards; where they join and take links is told here.</param>
    /// <param name="say">What they say on standard error, and what becomes of them.</param>
    public OwnCards(SiloPlace place, LocalCardsPlan plan, ClusterCards directory, ClusterOptions options, Action<string> say)
    {
        IPAddress address = place.Endpoint.Address;
        _cards = new LocalCards(plan with
        {
            Join = place.Database is null ? place.Endpoint : null,
            Database = place.Database,
            Address = address,
            Token = place.Token,
            Links = name => IPAddress.IsLoopback(address) ? $"unix:{Path.Combine(_links.FullName, name + ".sock")}" : $"tcp:{address}:0",
        }, directory, options, say);
    }

    public async ValueTask DisposeAsync()
    {
        await _cards.DisposeAsync();
        _links.Delete(recursive: true);
    }
}
