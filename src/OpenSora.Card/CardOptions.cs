using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Card;

/// <summary>The command line of a card that serves.</summary>
/// <param name="Name">Its identity in the cluster.</param>
/// <param name="Device">null for the best one present.</param>
/// <param name="Threads">CPU threads of a kernel; null for all cores.</param>
/// <param name="Join">The silo that knows the cluster; null where a database does.</param>
/// <param name="Database">The database that knows the cluster; null where a silo does.</param>
/// <param name="Listen">Where other silos of the cluster reach this one; port 0 is any free one.</param>
/// <param name="Links">Where other cards connect: unix:PATH or tcp:HOST:PORT.</param>
/// <param name="Advertise">The IP address that others reach this card by; null for the host of <paramref name="Listen"/>.</param>
/// <param name="Leash">Whether to stop when standard input ends.</param>
/// <param name="Token">What all processes of the cluster share; empty for none.</param>
/// <param name="Tls">How tasks and links between hosts are encrypted; null for not at all.</param>
internal sealed record CardOptions(
    string Name, string? Device, int? Threads, string? Join, string? Database, IPEndPoint Listen, string Links, string? Advertise, bool Leash, string Token, ClusterTls? Tls)
{
    public const string Usage = """
        usage: OpenSora.Card NAME --join HOST:PORT [--device cpu|cuda:N|gcu:N] [--threads K] [--listen HOST:PORT] [--links unix:PATH|tcp:HOST:PORT] [--advertise IP] [--leash]
               OpenSora.Card NAME --clustering postgres …    the cluster is in the database of OPENSORA_DATABASE
               OpenSora.Card verify|profile|doctor    with a request as one line of JSON on standard input
        A card is a silo of its cluster at --listen (127.0.0.1:0), under NAME, and takes links at --links (tcp:127.0.0.1:0). It joins the silo at
        --join: of generate --listen, or of serve --silo-endpoint.
        OPENSORA_TOKEN is the token of the cluster, or OPENSORA_TOKEN_FILE a file that holds it; beyond loopback there must be one.
        OPENSORA_KERNELS: best, avx512, avx2, portable, or plain for torch's only. Last bits depend on it, so cards with other kernels do not share a clip.
        OPENSORA_UNITS: processor or accelerator, the size of units; auto is that of the device's kind. Last bits depend on it, too.
        OPENSORA_TORCH: another torch of this machine, by the folder that src/OpenSora.Torch/native/prepare made for it. OPENSORA_GCU_LIBRARY: the vendor's library of a gcu.
        OPENSORA_TLS_CERTIFICATE, OPENSORA_TLS_KEY and OPENSORA_TLS_CA (PEM files) encrypt both, and let in only who has a certificate of that CA. --leash: stop when standard input ends.
        """;

    /// <exception cref="InputException">An unknown flag, or a value that cannot be used.</exception>
    public static CardOptions Parse(IReadOnlyList<string> arguments, CardSettings settings)
    {
        Dictionary<string, string> given = [];
        for (int i = 1; i < arguments.Count; i++)
        {
            string flag = arguments[i];
            if (flag == "--leash")
                given[flag] = "";
            else if (flag is "--device" or "--threads" or "--join" or "--clustering" or "--listen" or "--links" or "--advertise")
                given[flag] = ++i < arguments.Count ? arguments[i] : throw new InputException($"{flag} needs a value\n{Usage}");
            else
                throw new InputException($"'{flag}' is not known\n{Usage}");
        }
        string clustering = given.GetValueOrDefault("--clustering", "localhost");
        if (clustering is not ("localhost" or "postgres"))
            throw new InputException($"--clustering '{clustering}' is not known: give localhost or postgres");
        if (clustering != "localhost" && given.ContainsKey("--join"))
            throw new InputException($"--join does not go with --clustering {clustering}: the database says who is there");
        CardOptions options = new(
            Identity(arguments[0]),
            given.GetValueOrDefault("--device"),
            given.TryGetValue("--threads", out string? threads) ? ParseThreads(threads) : null,
            clustering == "localhost" ? Silo(given.GetValueOrDefault("--join", "")) : null,
            clustering == "localhost" ? null
                : settings.Database ?? throw new InputException($"--clustering {clustering} needs the database of the cluster: set {CardProtocol.DatabaseVariable}"),
            IPEndPoint.TryParse(given.GetValueOrDefault("--listen", "127.0.0.1:0"), out IPEndPoint? listen)
                ? listen : throw new InputException($"--listen '{given["--listen"]}' is not accepted: give an address and a port, e.g. 0.0.0.0:7081"),
            given.GetValueOrDefault("--links", "tcp:127.0.0.1:0"),
            given.GetValueOrDefault("--advertise"),
            given.ContainsKey("--leash"),
            settings.Membership.ReadToken() ?? "",
            settings.Membership.ReadTls());
        if (options.Token.Length == 0 && !IPAddress.IsLoopback(options.Listen.Address))
            throw new InputException($"--listen {options.Listen} can be reached from other hosts, and there is no token: set {CardProtocol.TokenVariable}, or listen on 127.0.0.1");
        EndPoint links = LinkAddress.Parse(options.Links);
        if (options.Token.Length == 0 && links is not UnixDomainSocketEndPoint && !(links is IPEndPoint own && IPAddress.IsLoopback(own.Address)))
            throw new InputException($"--links {options.Links} can be reached from other hosts, and there is no token: set {CardProtocol.TokenVariable}, or give tcp:127.0.0.1:0");
        if (options.Advertise is { } advertised && !IPAddress.TryParse(advertised, out _))
            throw new InputException($"--advertise '{advertised}' is no address: give the IP address that others reach this card by");
        if (options.Advertise is null && (IsAny(options.Listen) || IsAny(links)))
            throw new InputException("a card that listens on all addresses does not know which one others reach it by: give --advertise IP");
        return options;
    }

    /// <summary>Where this card stands in its cluster now.</summary>
    /// <exception cref="SocketException">Nobody has the name of the silo that it is to join.</exception>
    public SiloPlace FindPlace() => new()
    {
        Name = OnItsCard.SiloOf(Name),
        Endpoint = Advertise is null ? Listen : new IPEndPoint(IPAddress.Parse(Advertise), Listen.Port),
        ListensEverywhere = IsAny(Listen),
        Primary = Join is null ? null : Resolve(Join),
        Database = Database,
        IsCard = true,
        Token = Token,
        Tls = Tls,
    };

    private static bool IsAny(EndPoint address) => address is IPEndPoint ip && (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any));

    private static string Identity(string name) => name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        ? name
        : throw new InputException($"the name '{name}' is not accepted: give up to 100 letters, digits, '-', '_' and '.'\n{Usage}");

    private static string Silo(string word) => word.LastIndexOf(':') is var colon and > 0 && !word.Contains('/', StringComparison.Ordinal)
        && ushort.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? word
            : throw new InputException($"--join '{word}' is no address of a silo: give one such as 127.0.0.1:11111");

    /// <summary>Orleans knows silos by their addresses, and the one of a name may change: it is looked up each time.</summary>
    /// <exception cref="SocketException">Nobody has the name now.</exception>
    private static IPEndPoint Resolve(string silo) => IPEndPoint.TryParse(silo, out IPEndPoint? known)
        ? known
        : new IPEndPoint(Dns.GetHostAddresses(silo[..silo.LastIndexOf(':')], AddressFamily.InterNetwork).First(), int.Parse(silo.AsSpan(silo.LastIndexOf(':') + 1), CultureInfo.InvariantCulture));

    private static int ParseThreads(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= 1024
        ? count
        : throw new InputException($"--threads '{word}' is not accepted: give 1 to 1024");
}
