namespace OpenSora.Links;

/// <summary>What can be wrong with another rank, seen from one that works with it. The numbers travel in frames.</summary>
public enum PeerFault
{
    /// <summary>The connection broke, could not be made, or was closed while something was still due.</summary>
    Lost = 1,

    /// <summary>Nothing was heard for too long, or it does not take what is sent, or it makes no progress.</summary>
    Slow = 2,

    /// <summary>It works for a job or an epoch that is not this one: a message from before a recovery.</summary>
    WrongEpoch = 3,

    /// <summary>Bytes that fail their checksum, or that are no frame.</summary>
    Corrupt = 4,

    /// <summary>A frame larger than the limit, or larger than its shape.</summary>
    Oversized = 5,

    /// <summary>A sound frame that was not due: other step, block, unit, type or shape. The ranks disagree about the work.</summary>
    Unexpected = 6,

    /// <summary>It does not know the cluster's token.</summary>
    WrongToken = 7,

    /// <summary>It speaks another version of the protocol.</summary>
    WrongProtocol = 8,

    /// <summary>It said itself that it failed or was told to stop.</summary>
    Failed = 9,

    /// <summary>It has no certificate of the cluster's authority, or does not speak TLS.</summary>
    NoMember = 10,
}
