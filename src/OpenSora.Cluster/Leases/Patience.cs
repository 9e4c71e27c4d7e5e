using System.Diagnostics;

namespace OpenSora.Cluster.Leases;

/// <summary>A wait with an end.</summary>
internal sealed class Patience(TimeSpan limit)
{
    private long _start = Stopwatch.GetTimestamp();

    public bool IsOver => Stopwatch.GetElapsedTime(_start) >= limit;

    /// <summary>At least a moment, so that it can be slept.</summary>
    public TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(10, (limit - Stopwatch.GetElapsedTime(_start)).TotalMilliseconds));

    public void Renew() => _start = Stopwatch.GetTimestamp();
}
