using System.Diagnostics;
using OpenSora.Links;

namespace OpenSora.Parallel.Switching;

/// <summary>Counts what one rank computes, sends and waits for. Threads may share it.</summary>
public sealed class RankCounters
{
    private readonly long[] _sent = new long[(int)FrameKind.Sums + 1], _received = new long[(int)FrameKind.Sums + 1];
    private long _switches, _units, _tokens, _waited, _exchanging;

    /// <summary>The counts so far.</summary>
    public RankCounts Now => new(
        Interlocked.Read(ref _sent[(int)FrameKind.Tokens]), Interlocked.Read(ref _received[(int)FrameKind.Tokens]),
        Interlocked.Read(ref _sent[(int)FrameKind.Velocity]), Interlocked.Read(ref _received[(int)FrameKind.Velocity]),
        Interlocked.Read(ref _switches), Interlocked.Read(ref _units), Interlocked.Read(ref _tokens),
        Time(Interlocked.Read(ref _waited)), Time(Interlocked.Read(ref _exchanging)))
    {
        SumBytesSent = Interlocked.Read(ref _sent[(int)FrameKind.Sums]),
        SumBytesReceived = Interlocked.Read(ref _received[(int)FrameKind.Sums]),
    };

    internal void Sent(FrameKind kind, long bytes) => Interlocked.Add(ref _sent[(int)kind], bytes);

    internal void Received(FrameKind kind, long bytes) => Interlocked.Add(ref _received[(int)kind], bytes);

    internal void Computed(long tokens)
    {
        Interlocked.Increment(ref _units);
        Interlocked.Add(ref _tokens, tokens);
    }

    /// <param name="since">When the first unit of the switch was handed over, in ticks of <see cref="Stopwatch"/>.</param>
    internal void Switched(long since)
    {
        Interlocked.Increment(ref _switches);
        Interlocked.Add(ref _exchanging, Stopwatch.GetTimestamp() - since);
    }

    /// <param name="since">When the waiting began, in ticks of <see cref="Stopwatch"/>.</param>
    internal void Waited(long since) => Interlocked.Add(ref _waited, Stopwatch.GetTimestamp() - since);

    private static TimeSpan Time(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}

/// <summary>Counts of one rank. Bytes are those of tensors, without headers.</summary>
/// <param name="TokenBytesSent">Tokens between blocks, and predictions on their way back to frames.</param>
/// <param name="VelocityBytesSent">Velocities to the other half of guidance.</param>
/// <param name="Switches">Changes of layout, 2 · depth a forward: 55 of tokens and one of velocities in Open-Sora 1.2.</param>
/// <param name="Units">Units handed to switches: all that blocks compute, but for those of a cache that need no switch.</param>
/// <param name="Tokens">Tokens handed to switches.</param>
/// <param name="Waited">Time in which a half of guidance stood still until other ranks' bytes came.</param>
/// <param name="Exchanging">Time from the first unit of a switch to its end, over all switches.</param>
public sealed record RankCounts(
    long TokenBytesSent, long TokenBytesReceived, long VelocityBytesSent, long VelocityBytesReceived,
    long Switches, long Units, long Tokens, TimeSpan Waited, TimeSpan Exchanging)
{
    /// <summary>Sums for decisions of a cache.</summary>
    public long SumBytesSent { get; init; }

    public long SumBytesReceived { get; init; }

    /// <summary>All bytes sent.</summary>
    public long BytesSent => TokenBytesSent + VelocityBytesSent + SumBytesSent;

    /// <summary>All bytes received.</summary>
    public long BytesReceived => TokenBytesReceived + VelocityBytesReceived + SumBytesReceived;

    /// <summary>The share of the time of switches in which the rank computed, 0 to 1; 1 when there were none.</summary>
    public double Overlap => Exchanging == TimeSpan.Zero ? 1 : Math.Clamp(1 - Waited / Exchanging, 0, 1);

    /// <summary>What was counted since an earlier look.</summary>
    public RankCounts Since(RankCounts earlier) => new(
        TokenBytesSent - earlier.TokenBytesSent, TokenBytesReceived - earlier.TokenBytesReceived,
        VelocityBytesSent - earlier.VelocityBytesSent, VelocityBytesReceived - earlier.VelocityBytesReceived,
        Switches - earlier.Switches, Units - earlier.Units, Tokens - earlier.Tokens, Waited - earlier.Waited, Exchanging - earlier.Exchanging)
    {
        SumBytesSent = SumBytesSent - earlier.SumBytesSent,
        SumBytesReceived = SumBytesReceived - earlier.SumBytesReceived,
    };
}
