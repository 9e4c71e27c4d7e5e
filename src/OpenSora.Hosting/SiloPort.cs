using System.Net;
using System.Net.Sockets;
using OpenSora.Contracts;

namespace OpenSora.Hosting;

/// <summary>A port that nobody else is given before the silo listens there: sockets that are bound share it until one listens.</summary>
public sealed class SiloPort : IDisposable
{
    private readonly Socket _bound;

    /// <param name="endpoint">Port 0 is any that is free.</param>
    /// <param name="flag">Which flag named it.</param>
    /// <exception cref="InputException">It is taken, or not of this machine.</exception>
    public SiloPort(IPEndPoint endpoint, string flag)
    {
        _bound = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _bound.Bind(endpoint);
        }
        catch (SocketException error)
        {
            _bound.Dispose();
            throw new InputException($"{flag} {endpoint}: {error.Message}; give an address of this machine and a free port", error);
        }
    }

    public IPEndPoint Endpoint => (IPEndPoint)_bound.LocalEndPoint!;

    public void Dispose() => _bound.Dispose();
}
