using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace OpenSora.Links;

/// <summary>Makes connections to the listeners of other cards.</summary>
internal static class LinkConnector
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A connection that both sides have agreed on. Tries again while nobody listens: cards start in any order.</summary>
    /// <exception cref="PeerException">It is refused, or nobody listened in time.</exception>
    public static Stream Connect(EndPoint address, LinkRequest request, byte[] token, LinkOptions options, CancellationToken cancel)
    {
        long end = Environment.TickCount64 + (long)options.Joining.TotalMilliseconds;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            Socket socket = LinkAddress.Open(address);
            try
            {
                using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                timeout.CancelAfter((int)Math.Max(1, end - Environment.TickCount64));
                socket.ConnectAsync(address, timeout.Token).AsTask().GetAwaiter().GetResult();
                Stream stream = Secure(new NetworkStream(socket, ownsSocket: true)
                {
                    ReadTimeout = (int)options.Joining.TotalMilliseconds,
                    WriteTimeout = (int)options.Joining.TotalMilliseconds,
                }, request.To, options);
                Handshake.Ask(stream, request, token);
                return stream;
            }
            catch (PeerException)
            {
                socket.Dispose();
                throw;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancel.ThrowIfCancellationRequested();
                if (Environment.TickCount64 >= end)
                    throw new PeerException(request.To, PeerFault.Lost, $"nobody answers at {LinkAddress.Format(address)} within {options.Joining.TotalSeconds:0.###} s", e);
                cancel.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private static Stream Secure(NetworkStream plain, int peer, LinkOptions options)
    {
        if (options.Tls is null || plain.Socket.AddressFamily == AddressFamily.Unix)
            return plain;
        SslStream secure = new(plain);
        try
        {
            secure.AuthenticateAsClient(options.Tls.Client);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException || Handshake.IsBroken(e))
        {
            throw new PeerException(peer, PeerFault.NoMember, $"no TLS with it: {e.Message}; give all processes certificates of one authority", e);
        }
    }
}
