using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenSora.Contracts;

namespace OpenSora.Links;

/// <summary>Where a card listens for links: <c>unix:/run/card.sock</c> on one host, <c>tcp:10.0.0.7:4711</c> between hosts.</summary>
public static class LinkAddress
{
    /// <exception cref="InputException">It is neither.</exception>
    public static EndPoint Parse(string address)
    {
        if (address.StartsWith("unix:", StringComparison.Ordinal) && address.Length > "unix:".Length)
            return new UnixDomainSocketEndPoint(address["unix:".Length..]);
        int colon = address.LastIndexOf(':');
        if (address.StartsWith("tcp:", StringComparison.Ordinal) && colon > "tcp:".Length
            && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue)
        {
            string host = address["tcp:".Length..colon];
            return IPAddress.TryParse(host, out IPAddress? ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
        }
        throw new InputException($"link address '{address}': give unix:PATH or tcp:HOST:PORT, e.g. tcp:127.0.0.1:0 for any free port");
    }

    /// <summary>The words that <see cref="Parse"/> reads.</summary>
    public static string Format(EndPoint address) => address is UnixDomainSocketEndPoint ? $"unix:{address}" : $"tcp:{address}";

    internal static Socket Open(EndPoint address) => address switch
    {
        UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
        IPEndPoint ip => Tcp(new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp)),
        _ => Tcp(new Socket(SocketType.Stream, ProtocolType.Tcp)),
    };

    /// <summary>Frames are written whole; waiting for more to send with them would only delay them.</summary>
    private static Socket Tcp(Socket socket)
    {
        socket.NoDelay = true;
        return socket;
    }
}
