using System.Net;
using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts.Cards;

namespace OpenSora.Hosting;

/// <summary>Where a process stands in a cluster.</summary>
public sealed record SiloPlace
{
    /// <summary>Of its silo, for people and for <see cref="Cards.OnItsCard"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Where other silos reach it; the port is not 0 (see <see cref="SiloPort"/>).</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>Listens on all addresses, not on that of the endpoint alone. Default: false.</summary>
    public bool ListensEverywhere { get; init; }

    /// <summary>The silo that knows which others there are; null for this one. Not used with a <see cref="Database"/>.</summary>
    public IPEndPoint? Primary { get; init; }

    /// <summary>A PostgreSQL database that knows which silos there are, as Npgsql takes it; null where one silo does.</summary>
    public string? Database { get; init; }

    /// <summary>A card: it declares no other silo dead, for what it computes may keep it from hearing answers. Default: false.</summary>
    public bool IsCard { get; init; }

    /// <summary>What all processes of the cluster share.</summary>
    public required string Token { get; init; }

    /// <summary>Encrypts connections between silos, and lets members of the cluster in only; null for not at all.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>A token that nobody can guess, for a cluster that was given none.</summary>
    public static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    internal byte[] TokenBytes => Encoding.UTF8.GetBytes(Token);
}
