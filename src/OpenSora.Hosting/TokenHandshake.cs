using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace OpenSora.Hosting;

/// <summary>
/// The first bytes between two silos: both prove that they know the cluster's token, which never travels. The listener sends a challenge,
/// the one that connects a challenge of its own and the keyed hash (HMAC-SHA256) of the listener's, the listener the keyed hash of that.
/// Nobody else is heard.
/// </summary>
internal static class TokenHandshake
{
    private const int ChallengeBytes = 32, ProofBytes = 32;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static void Listen(IConnectionBuilder connections, byte[] token) => connections.Use(next => async connection =>
    {
        if (await Within(connection, cancel => Admit(connection.Transport, token, cancel)))
            await next(connection);
        else
            connection.Abort(new ConnectionAbortedException("it does not know the cluster's token"));
    });

    public static void Connect(IConnectionBuilder connections, byte[] token) => connections.Use(next => async connection =>
    {
        if (await Within(connection, cancel => Ask(connection.Transport, token, cancel)))
            await next(connection);
        else
            connection.Abort(new ConnectionAbortedException("the silo does not know the cluster's token"));
    });

    /// <summary>Greets a silo over a connection of its own, which is closed then.</summary>
    /// <returns>Whether it took the token; null when it does not answer.</returns>
    public static async Task<bool?> Probe(SiloPlace place, IPEndPoint silo, CancellationToken cancel)
    {
        using Socket socket = new(silo.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(Limit);
        try
        {
            await socket.ConnectAsync(silo, late.Token);
            await using NetworkStream plain = new(socket);
            if (place.Tls is null)
                return await Ask(plain, place.TokenBytes, late.Token);
            await using SslStream secure = new(plain);
            await secure.AuthenticateAsClientAsync(place.Tls.Client, late.Token);
            return await Ask(secure, place.TokenBytes, late.Token);
        }
        catch (AuthenticationException)
        {
            return false;
        }
        catch (Exception silent) when (silent is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<bool> Ask(Stream stream, byte[] token, CancellationToken cancel)
    {
        DuplexPipe pipe = new(PipeReader.Create(stream), PipeWriter.Create(stream));
        byte[] challenge = await Read(pipe.Input, ChallengeBytes, cancel);
        try
        {
            return await Answer(pipe, challenge, token, cancel);
        }
        catch (IOException)
        {
            return false; // it says no by closing
        }
    }

    private static async Task<bool> Admit(IDuplexPipe pipe, byte[] token, CancellationToken cancel)
    {
        byte[] challenge = RandomNumberGenerator.GetBytes(ChallengeBytes);
        await pipe.Output.WriteAsync(challenge, cancel);
        byte[] answer = await Read(pipe.Input, ChallengeBytes + ProofBytes, cancel);
        if (!CryptographicOperations.FixedTimeEquals(answer.AsSpan(ChallengeBytes), Proof(token, "ask", challenge)))
            return false;
        await pipe.Output.WriteAsync(Proof(token, "granted", answer[..ChallengeBytes]), cancel);
        return true;
    }

    private static async Task<bool> Ask(IDuplexPipe pipe, byte[] token, CancellationToken cancel)
    {
        byte[] challenge = await Read(pipe.Input, ChallengeBytes, cancel);
        return await Answer(pipe, challenge, token, cancel);
    }

    private static async Task<bool> Answer(IDuplexPipe pipe, byte[] challenge, byte[] token, CancellationToken cancel)
    {
        byte[] own = RandomNumberGenerator.GetBytes(ChallengeBytes);
        await pipe.Output.WriteAsync((byte[])[.. own, .. Proof(token, "ask", challenge)], cancel);
        return CryptographicOperations.FixedTimeEquals(await Read(pipe.Input, ProofBytes, cancel), Proof(token, "granted", own));
    }

    private static async Task<bool> Within(ConnectionContext connection, Func<CancellationToken, Task<bool>> greet)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        late.CancelAfter(Limit);
        try
        {
            return await greet(late.Token);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<byte[]> Read(PipeReader input, int count, CancellationToken cancel)
    {
        ReadResult read = await input.ReadAtLeastAsync(count, cancel);
        if (read.Buffer.Length < count)
            throw new IOException("the connection ended while it was greeted");
        ReadOnlySequence<byte> due = read.Buffer.Slice(0, count);
        byte[] bytes = due.ToArray();
        input.AdvanceTo(due.End);
        return bytes;
    }

    private static byte[] Proof(byte[] token, string role, byte[] challenge) => HMACSHA256.HashData(token, (byte[])[.. Encoding.UTF8.GetBytes($"opensora silo {role}\n"), .. challenge]);

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
