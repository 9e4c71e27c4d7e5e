using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MessagePack;
using OpenSora.Parallel.Faults;

namespace OpenSora.Parallel.Links;

/// <summary>Who wants a link with whom.</summary>
/// <param name="From">Rank of the one that connects.</param>
/// <param name="To">Rank of the one that listens.</param>
public readonly record struct LinkRequest(GangName Gang, int From, int To);

/// <summary>
/// The first three messages of a connection. Both sides prove that they know the cluster's token, and it never travels:
/// the listener sends a challenge, the one that connects answers with a keyed hash (HMAC-SHA256) of challenge and request
/// and a challenge of its own, the listener answers with a keyed hash of that. A message is two bytes of length (lowest
/// first) and a MessagePack array that begins with the protocol's version.
/// </summary>
internal static class Handshake
{
    private const int MaxMessage = 1024;
    private const int ChallengeBytes = 32;

    /// <summary>Asks for a link, on the side that connects.</summary>
    /// <exception cref="PeerException">It is refused, or the listener is not one of this cluster.</exception>
    public static void Ask(Stream stream, LinkRequest request, byte[] token)
    {
        try
        {
            byte[] challenge = ReadChallenge(stream, request.To);
            byte[] own = RandomNumberGenerator.GetBytes(ChallengeBytes);
            Send(stream, (ref MessagePackWriter writer) =>
            {
                writer.WriteArrayHeader(7);
                writer.Write(FrameHeader.Protocol);
                writer.Write(request.Gang.Job);
                writer.Write(request.Gang.Epoch);
                writer.Write(request.From);
                writer.Write(request.To);
                writer.Write(own);
                writer.Write(Proof(token, "ask", challenge, request));
            });
            ReadAnswer(stream, request, Proof(token, "granted", own, request));
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw new PeerException(request.To, PeerFault.Lost, $"it broke off while it was greeted ({e.Message})", e);
        }
    }

    /// <summary>Hears what a connection wants, on the side that listens.</summary>
    /// <returns>The request and how to answer it: null grants it. A wrong token or version is answered already and comes as refusal.</returns>
    /// <exception cref="InvalidDataException">What came is no greeting.</exception>
    public static (LinkRequest Request, PeerFault? Refusal, Action<PeerFault?> Answer) Hear(Stream stream, byte[] token)
    {
        byte[] challenge = RandomNumberGenerator.GetBytes(ChallengeBytes);
        Send(stream, (ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(FrameHeader.Protocol);
            writer.Write(challenge);
        });
        MessagePackReader reader = new(Receive(stream));
        int fields = reader.ReadArrayHeader(), version = reader.ReadInt32();
        if (version != FrameHeader.Protocol)
        {
            Answer(stream, PeerFault.WrongProtocol, []);
            return (default, PeerFault.WrongProtocol, _ => { });
        }
        if (fields != 7)
            throw new InvalidDataException($"a greeting of {fields} fields");
        LinkRequest request = new(new GangName(reader.ReadString() ?? "", reader.ReadInt64()), reader.ReadInt32(), reader.ReadInt32());
        byte[] own = Bytes(reader.ReadBytes()), proof = Bytes(reader.ReadBytes());
        if (own.Length != ChallengeBytes || !CryptographicOperations.FixedTimeEquals(proof, Proof(token, "ask", challenge, request)))
        {
            Answer(stream, PeerFault.WrongToken, []);
            return (request, PeerFault.WrongToken, _ => { });
        }
        return (request, null, refusal => Answer(stream, refusal, Proof(token, "granted", own, request)));
    }

    private static byte[] ReadChallenge(Stream stream, int peer)
    {
        MessagePackReader reader = new(Receive(stream));
        reader.ReadArrayHeader();
        int version = reader.ReadInt32();
        return version == FrameHeader.Protocol
            ? Bytes(reader.ReadBytes())
            : throw new PeerException(peer, PeerFault.WrongProtocol, $"version {version} where {FrameHeader.Protocol} is spoken");
    }

    private static void Answer(Stream stream, PeerFault? refusal, byte[] proof) => Send(stream, (ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(3);
        writer.Write(FrameHeader.Protocol);
        writer.Write(refusal is { } cause ? (int)cause : 0);
        writer.Write(proof);
    });

    private static void ReadAnswer(Stream stream, LinkRequest request, byte[] proof)
    {
        MessagePackReader reader = new(Receive(stream));
        if (reader.ReadArrayHeader() != 3 || reader.ReadInt32() != FrameHeader.Protocol)
            throw new InvalidDataException("an answer that is none");
        int refusal = reader.ReadInt32();
        if (refusal != 0)
            throw new PeerException(request.To, (PeerFault)refusal, $"it refused rank {request.From} of {request.Gang.Job}, epoch {request.Gang.Epoch}");
        if (!CryptographicOperations.FixedTimeEquals(Bytes(reader.ReadBytes()), proof))
            throw new PeerException(request.To, PeerFault.WrongToken, "it could not prove that it knows the cluster's token");
    }

    /// <summary>Bound to who asks whom for what, so that no message proves anything else.</summary>
    private static byte[] Proof(byte[] token, string role, byte[] challenge, LinkRequest request)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, token);
        hash.AppendData(Encoding.UTF8.GetBytes($"opensora {FrameHeader.Protocol} {role} {request.From} {request.To} {request.Gang.Epoch} {request.Gang.Job}\n"));
        hash.AppendData(challenge);
        return hash.GetHashAndReset();
    }

    private delegate void Writing(ref MessagePackWriter writer);

    private static void Send(Stream stream, Writing write)
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.GetSpan(2);
        buffer.Advance(2);
        MessagePackWriter writer = new(buffer);
        write(ref writer);
        writer.Flush();
        byte[] message = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(message, checked((ushort)(message.Length - 2)));
        stream.Write(message);
    }

    private static byte[] Receive(Stream stream)
    {
        byte[] prefix = new byte[2];
        stream.ReadExactly(prefix);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(prefix);
        if (length > MaxMessage)
            throw new InvalidDataException($"a greeting of {length} bytes");
        byte[] message = new byte[length];
        stream.ReadExactly(message);
        return message;
    }

    private static byte[] Bytes(ReadOnlySequence<byte>? bytes) => bytes is { } present ? present.ToArray() : [];

    internal static bool IsBroken(Exception e) => e is IOException or ObjectDisposedException or InvalidDataException
        or MessagePackSerializationException or OverflowException or System.Net.Sockets.SocketException;
}
