using System.Net;
using System.Globalization;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Supervision;

/// <summary>Which card processes a machine is to have.</summary>
public sealed record LocalCardsPlan
{
    /// <summary>The card program.</summary>
    public required string Program { get; init; }

    public required int Count { get; init; }

    /// <summary>As the user named it; null leaves it to the card.</summary>
    public required string? Device { get; init; }

    /// <summary>CPU threads of each.</summary>
    public required int Threads { get; init; }

    /// <summary>The silo that knows the cluster; null where a database does.</summary>
    public IPEndPoint? Join { get; init; }

    /// <summary>That database, as Npgsql takes it. Default: null (there is none).</summary>
    public string? Database { get; init; }

    /// <summary>The address that other silos of the cluster reach them by. Default: loopback.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>What all processes of the cluster share; given in <see cref="CardProtocol.TokenVariable"/>.</summary>
    public string Token { get; init; } = "";

    /// <summary>
    /// Where a card listens for its gang, by a name that is another one at each start: one that was killed may leave its
    /// socket behind.
    /// </summary>
    public Func<string, string> Links { get; init; } = _ => "tcp:127.0.0.1:0";

    /// <summary>A card that dies again and again is tried for ever: a driver may come back. Default: false.</summary>
    public bool IsPatient { get; init; }

    /// <summary>Other cards may join too, so the end of all these is not the end of hope. Default: false.</summary>
    public bool OthersMayJoin { get; init; }

    public static string NameOf(int card) => string.Create(CultureInfo.InvariantCulture, $"card-{card}");

    /// <summary>The command line of a card tells its identity and its device.</summary>
    /// <param name="start">Starts of this card before this one.</param>
    public IEnumerable<string> Arguments(int card, int start)
    {
        string name = NameOf(card);
        return
        [
            name, .. DeviceOf(card) is { } device ? new[] { "--device", device } : [],
            "--threads", Threads.ToString(CultureInfo.InvariantCulture),
            .. Join is null ? new[] { "--clustering", "postgres" } : ["--join", Join.ToString()],
            "--listen", new IPEndPoint(Address, 0).ToString(), "--links", Links(string.Create(CultureInfo.InvariantCulture, $"{name}-{start}")), "--leash",
        ];
    }

    /// <summary>Several cards on a kind of device take one each: cuda becomes cuda:0, cuda:1, …</summary>
    private string? DeviceOf(int card) => Device is null or "cpu" || Count == 1 || Device.Contains(':', StringComparison.Ordinal)
        ? Device
        : string.Create(CultureInfo.InvariantCulture, $"{Device}:{card}");
}
