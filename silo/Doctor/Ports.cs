using System.Net;
using System.Net.Sockets;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Silo.Service;

namespace OpenSora.Silo.Doctor;

/// <summary>Where silo and cards listen: any port of loopback and sockets in a folder of temporary files, and a service at its own port.</summary>
internal static class Ports
{
    public static IEnumerable<Finding> Look() =>
    [
        Finding.Of("ports", () =>
        {
            Listen(new IPEndPoint(IPAddress.Loopback, 0));
            DirectoryInfo folder = Directory.CreateTempSubdirectory("opensora-");
            try
            {
                Listen(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "card-0.sock")));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
            return Finding.Ok("ports", $"127.0.0.1 and sockets in {Path.GetTempPath()} can be listened at");
        }, "let this user listen on 127.0.0.1, and set TMPDIR to a folder with a short path that can be written to"),
        Service(),
    ];

    private static Finding Service()
    {
        Uri service = new(ServeOptions.DefaultUrl);
        try
        {
            Listen(new IPEndPoint(IPAddress.Loopback, service.Port));
            return Finding.Ok("service", $"{service.Authority} is free for opensora serve");
        }
        catch (SocketException error)
        {
            return new Finding("service", Health.Weak, $"{service.Authority} cannot be listened at: {error.Message}", "if that is no service of this program, give opensora serve another port: --urls http://127.0.0.1:PORT");
        }
    }

    private static void Listen(EndPoint address)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        socket.Bind(address);
        socket.Listen();
    }
}
