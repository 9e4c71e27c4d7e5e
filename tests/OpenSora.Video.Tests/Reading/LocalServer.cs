using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenSora.Video.Tests.Reading;

/// <summary>An HTTP server on this machine that answers every request with the same bytes.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;
    private readonly bool _hold;

    /// <param name="head">Status line and headers, lines separated by \n.</param>
    /// <param name="hold">Keep the connection open after the body, as a stalled server does.</param>
    public LocalServer(string head, byte[] body, bool hold = false)
    {
        _answer = [.. Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), .. body];
        _hold = hold;
        _listener.Start();
        _ = Task.Run(Serve);
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose() => _listener.Dispose();

    private async Task Serve()
    {
        List<TcpClient> held = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                held.Add(client);
                byte[] request = new byte[4096];
                _ = await client.GetStream().ReadAsync(request);
                await client.GetStream().WriteAsync(_answer);
                if (!_hold)
                    client.Close();
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
        {
            held.ForEach(client => client.Dispose());
        }
    }
}
