using OpenSora.Contracts;

namespace OpenSora.Links;

/// <summary>
/// The gang cannot go on because of one of its ranks. Every rank gets it, with the same rank and cause where the one that
/// noticed could still tell the others. The epoch is over; the work can be done again from its last complete step.
/// </summary>
public sealed class PeerException : CardException
{
    public PeerException(int rank, PeerFault cause, string detail, Exception? inner = null)
        : base($"rank {rank}: {Words(cause)}: {detail}", inner!) => (Rank, Cause, Detail) = (rank, cause, detail);

    /// <summary>
    /// The rank at fault, as the one that noticed first saw it. Of a connection that breaks between two ranks that are both
    /// alive, each sees the other at fault.
    /// </summary>
    public int Rank { get; }

    public PeerFault Cause { get; }

    /// <summary>What was seen, without rank and cause.</summary>
    public string Detail { get; }

    private static string Words(PeerFault cause) => cause switch
    {
        PeerFault.Lost => "lost",
        PeerFault.Slow => "too slow",
        PeerFault.WrongEpoch => "of another epoch",
        PeerFault.Corrupt => "sent damaged bytes",
        PeerFault.Oversized => "sent too much at once",
        PeerFault.Unexpected => "sent what was not due",
        PeerFault.WrongToken => "has another token",
        PeerFault.WrongProtocol => "speaks another protocol",
        _ => "failed",
    };
}
