using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MessagePack;

namespace OpenSora.Links;

/// <summary>Who wants a link with whom.</summary>
/// <param name="From">Rank of the one that connects.</param>
/// <param name="To">Rank of the one that listens.</param>
public readonly record struct LinkRequest(GangName Gang, int From, int To);

/// <summary>What a connection wants.</summary>
/// <param name="Version">Of the protocol of the one that connects.</param>
/// <param name="Refusal">Set when its version or token is wrong: then it has its answer already.</param>
/// <param name="Answer">To be called when there is no refusal yet: null grants the request.</param>
internal readonly record struct Greeting(int Version, LinkRequest Request, PeerFault? Refusal, Action<PeerFault?> Answer);

/// <summary>
/// The first three messages of a connection. Both sides prove that they know the cluster's token, and it never travels:
/// the listener sends a challenge, the one that connects answers with a keyed hash (HMAC-SHA256) of challenge and request
/// and a challenge of its own, the listener answers with a keyed hash of that. A message is two bytes of length (lowest
/// first) and a MessagePack array that begins with the protocol's version.
/// </summary>
internal static class Handshake
{
    private const int MaxMessage = 1024;
    private const int ChallengeBytes = 32, ProofBytes = 32;
    private const int ChallengeFields = 2, GreetingFields = 7, AnswerFields = 3;

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
                writer.WriteArrayHeader(GreetingFields);
                writer.Write(LinkProtocol.Version);
                writer.Write(request.Gang.Job);
                writer.Write(request.Gang.Epoch);
                writer.Write(request.From);
                writer.Write(request.To);
                writer.Write(own);
                writer.Write(Proof(token, "ask", challenge, request));
            });
            ReadAnswer(stream, request, Proof(token, "granted", own, request));
        }
        catch (WireException e)
        {
            throw new PeerException(request.To, PeerFault.Corrupt, e.Message, e);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw new PeerException(request.To, PeerFault.Lost, $"it broke off while it was greeted ({e.Message})", e);
        }
    }

    /// <summary>Hears what a connection wants, on the side that listens.</summary>
    /// <exception cref="WireException">What came is no greeting.</exception>
    public static Greeting Hear(Stream stream, byte[] token)
    {
        byte[] challenge = RandomNumberGenerator.GetBytes(ChallengeBytes);
        Send(stream, (ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(ChallengeFields);
            writer.Write(LinkProtocol.Version);
            writer.Write(challenge);
        });
        FieldReader reader = new("greeting", Receive(stream, "greeting"));
        int version = reader.Version(GreetingFields);
        if (version != LinkProtocol.Version)
            return Refuse(PeerFault.WrongProtocol, default);
        GangName gang = new(reader.Text("job", GangName.MaxJobBytes), reader.Int64("epoch", 0));
        LinkRequest request = new(gang, reader.Int32("from", 0), reader.Int32("to", 0));
        byte[] own = reader.Bytes("challenge", ChallengeBytes), proof = reader.Bytes("proof", ProofBytes);
        reader.End();
        return CryptographicOperations.FixedTimeEquals(proof, Proof(token, "ask", challenge, request))
            ? new Greeting(version, request, null, refusal => Answer(stream, refusal, Proof(token, "granted", own, request)))
            : Refuse(PeerFault.WrongToken, request);

        Greeting Refuse(PeerFault cause, LinkRequest request)
        {
            Answer(stream, cause, []);
            return new Greeting(version, request, cause, _ => { });
        }
    }

    private static byte[] ReadChallenge(Stream stream, int peer)
    {
        FieldReader reader = new("challenge", Receive(stream, "challenge"));
        int version = reader.Version(ChallengeFields);
        if (version != LinkProtocol.Version)
        {
            SendVersion(stream);
            throw new PeerException(peer, PeerFault.WrongProtocol, LinkProtocol.Refusal(version));
        }
        byte[] challenge = reader.Bytes("challenge", ChallengeBytes);
        reader.End();
        return challenge;
    }

    /// <summary>So that the listener can name it too.</summary>
    private static void SendVersion(Stream stream) => Send(stream, (ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(1);
        writer.Write(LinkProtocol.Version);
    });

    private static void Answer(Stream stream, PeerFault? refusal, byte[] proof) => Send(stream, (ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(AnswerFields);
        writer.Write(LinkProtocol.Version);
        writer.Write(refusal is { } cause ? (int)cause : 0);
        writer.Write(proof);
    });

    private static void ReadAnswer(Stream stream, LinkRequest request, byte[] due)
    {
        FieldReader reader = new("answer", Receive(stream, "answer"));
        int version = reader.Version(AnswerFields);
        if (version != LinkProtocol.Version)
            throw new PeerException(request.To, PeerFault.WrongProtocol, LinkProtocol.Refusal(version));
        int refusal = reader.Int32("refusal", 0, (int)PeerFault.NoMember);
        if (refusal != 0)
            throw new PeerException(request.To, (PeerFault)refusal, $"it refused rank {request.From} of {request.Gang.Job}, epoch {request.Gang.Epoch}");
        byte[] proof = reader.Bytes("proof", ProofBytes);
        reader.End();
        if (!CryptographicOperations.FixedTimeEquals(proof, due))
            throw new PeerException(request.To, PeerFault.WrongToken, "it could not prove that it knows the cluster's token");
    }

    /// <summary>Bound to who asks whom for what, so that no message proves anything else.</summary>
    private static byte[] Proof(byte[] token, string role, byte[] challenge, LinkRequest request)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, token);
        hash.AppendData(Encoding.UTF8.GetBytes($"opensora {LinkProtocol.Version} {role} {request.From} {request.To} {request.Gang.Epoch} {request.Gang.Job}\n"));
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

    private static byte[] Receive(Stream stream, string what)
    {
        byte[] prefix = new byte[2];
        stream.ReadExactly(prefix);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(prefix);
        if (length > MaxMessage)
            throw new WireException($"{what}: its length is {length} bytes, allowed is {MaxMessage}");
        byte[] message = new byte[length];
        stream.ReadExactly(message);
        return message;
    }

    internal static bool IsBroken(Exception e) => e is IOException or ObjectDisposedException or WireException or System.Net.Sockets.SocketException;
}
