using System.Text;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Links;

namespace OpenSora.Parallel.Tests.Links;

/// <summary>Each side against messages made by hand.</summary>
public class HandshakeTests
{
    private const byte Other = LinkProtocol.Version + 1;
    private static readonly byte[] Token = Encoding.UTF8.GetBytes("shared");
    private static readonly LinkRequest Request = new(new GangName("job", 3), 1, 0);
    private static readonly byte[] Numbers = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Challenge = [0x92, LinkProtocol.Version, 0xC4, 32, .. Numbers];
    private static readonly byte[] Answer = [0x93, LinkProtocol.Version, 0, 0xC4, 32, .. Numbers];
    private static readonly byte[] Greeting = Asked(Challenge)[2..];

    /// <summary>By hand from MessagePack's specification and RFC 2104: a change here is a new version of the protocol.</summary>
    [Fact]
    public void Its_bytes_are_these()
    {
        ScriptedStream listener = new();
        Assert.ThrowsAny<IOException>(() => { Handshake.Hear(listener, Token); });
        string challenge = Convert.ToHexString(listener.Heard.ToArray());
        Assert.Equal("2400" + "92" + "01" + "C420", challenge[..12]);
        Assert.Equal(12 + 64, challenge.Length);

        string greeting = Convert.ToHexString(Asked(Challenge));
        Assert.Equal("4D00" + "97" + "01" + "A36A6F62" + "03" + "01" + "00" + "C420", greeting[..26]);
        Assert.Equal("C420" + "42E0A890F73EC6CA9D8300C2C46D1041E045792EBE120BE61321A66090284E63", greeting[90..]);

        listener = new(Damage.Prefixed(Greeting)); // a proof of another challenge
        Assert.Equal(PeerFault.WrongToken, Handshake.Hear(listener, Token).Refusal);
        Assert.Equal("0500" + "93" + "01" + "07" + "C400", Convert.ToHexString(listener.Heard.ToArray()[38..]));
    }

    [Fact]
    public void A_listener_of_another_version_is_named_with_both_and_told()
    {
        ScriptedStream listener = new(Damage.Prefixed([0x92, Other, 0xC4, 32, .. Numbers]));
        PeerException e = Assert.Throws<PeerException>(() => Handshake.Ask(listener, Request, Token));
        Assert.Equal((0, PeerFault.WrongProtocol), (e.Rank, e.Cause));
        AssertNamesBoth(e.Message);
        Assert.Equal(Damage.Prefixed([0x91, LinkProtocol.Version]), listener.Heard.ToArray());
    }

    [Fact]
    public void An_answer_of_another_version_is_named_with_both() => AssertNamesBoth(Assert.Throws<PeerException>(() => Handshake.Ask(
        new ScriptedStream(Damage.Prefixed(Challenge), Damage.Prefixed([0x93, Other, (byte)PeerFault.WrongProtocol, 0xC4, 0])), Request, Token)).Message);

    /// <summary>Whatever else another version puts into its greeting.</summary>
    [Fact]
    public void Who_connects_with_another_version_is_refused_and_told()
    {
        foreach (byte[] greeting in new byte[][] { [0x91, Other], [0x92, Other, 0xC3], Damage.Replace(Greeting, 0, [Other]) })
        {
            ScriptedStream stream = new(Damage.Prefixed(greeting));
            Greeting heard = Handshake.Hear(stream, Token);
            Assert.Equal((PeerFault.WrongProtocol, Other), (heard.Refusal, heard.Version));
            Assert.Equal(Damage.Prefixed([0x93, LinkProtocol.Version, (byte)PeerFault.WrongProtocol, 0xC4, 0]), stream.Heard.ToArray()[38..]);
        }
    }

    [Theory]
    [InlineData(0, "version")]
    [InlineData(1, "job")]
    [InlineData(2, "epoch")]
    [InlineData(3, "from")]
    [InlineData(4, "to")]
    [InlineData(5, "challenge")]
    [InlineData(6, "proof")]
    public void What_is_wrong_with_a_greeting_is_named(int field, string name)
    {
        foreach ((_, byte[] foreign) in Damage.Foreign)
            AssertNames("greeting", name, Assert.Throws<WireException>(() => { Hear(Damage.Replace(Greeting, field, foreign)); }).Message);
    }

    [Theory]
    [InlineData(1, "D9FF", 255, "job")] // a text of fewer bytes than it says
    [InlineData(1, "DA0101", 257, "job")]
    [InlineData(2, "FF", 0, "epoch")]
    [InlineData(3, "FF", 0, "from")]
    [InlineData(4, "CE80000000", 0, "to")]
    [InlineData(5, "C41F", 31, "challenge")]
    [InlineData(6, "C421", 33, "proof")]
    [InlineData(6, "C0", 0, "proof")]
    public void Limits_of_a_greeting_are_named(int field, string head, int bytes, string name)
    {
        byte[] damaged = Damage.Replace(Greeting, field, [.. Convert.FromHexString(head), .. Enumerable.Repeat((byte)'a', bytes)]);
        if (head == "D9FF")
            damaged = damaged[..40];
        AssertNames("greeting", name, Assert.Throws<WireException>(() => { Hear(damaged); }).Message);
    }

    [Fact]
    public void A_greeting_that_is_too_long_is_refused_before_it_is_read()
    {
        WireException e = Assert.Throws<WireException>(() => { Handshake.Hear(new ScriptedStream([0x01, 0x04]), Token); });
        Assert.Contains("1025 bytes, allowed is 1024", e.Message);
    }

    [Fact]
    public void No_damage_to_a_greeting_does_anything_but_to_be_noticed()
    {
        foreach (byte[] damaged in Damage.All(Greeting, seed: 3))
            AssertNoGreeting(damaged);
        Prop.ForAll<byte[]>(bytes => AssertNoGreeting(bytes.Length == 0 ? [0xC1] : bytes)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_damage_to_what_a_listener_says_does_anything_but_to_be_noticed()
    {
        foreach (byte[] damaged in Damage.All(Challenge, seed: 4))
            AssertRefused([Damage.Prefixed(damaged), Damage.Prefixed(Answer)]);
        foreach (byte[] damaged in Damage.All(Answer, seed: 5))
            AssertRefused([Damage.Prefixed(Challenge), Damage.Prefixed(damaged)]);
        Prop.ForAll<byte[]>(bytes => AssertRefused([bytes])).QuickCheckThrowOnFailure();
    }

    /// <summary>None of them proves the token: its challenge is another one.</summary>
    private static void AssertNoGreeting(byte[] message)
    {
        PeerFault? refusal = null;
        Exception? thrown = Damage.Thrown(() => refusal = Hear(message).Refusal);
        Assert.True(thrown is WireException || refusal is PeerFault.WrongToken or PeerFault.WrongProtocol, $"{Convert.ToHexString(message)}: {refusal} {thrown}");
    }

    private static void AssertRefused(byte[][] script)
    {
        Exception? thrown = Damage.Thrown(() => Handshake.Ask(new ScriptedStream(script), Request, Token));
        Assert.True(thrown is PeerException { Rank: 0 }, $"{string.Join(' ', script.Select(Convert.ToHexString))}: {thrown}");
    }

    private static void AssertNames(string message, string field, string text)
    {
        Assert.StartsWith($"{message}: {field} ", text);
        Assert.Contains("allowed is ", text);
    }

    private static void AssertNamesBoth(string message) =>
        Assert.Contains($"version {Other} of the protocol where this card speaks version {LinkProtocol.Version}; run the same build on all cards", message);

    private static Greeting Hear(byte[] greeting) => Handshake.Hear(new ScriptedStream(Damage.Prefixed(greeting)), Token);

    /// <summary>What one that connects sends on a challenge.</summary>
    private static byte[] Asked(byte[] challenge)
    {
        ScriptedStream stream = new(Damage.Prefixed(challenge));
        Assert.Throws<PeerException>(() => Handshake.Ask(stream, Request, Token));
        return stream.Heard.ToArray();
    }
}
