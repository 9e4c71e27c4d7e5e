namespace Orleans.Runtime;

/// <summary>When a grain's timer ticks.</summary>
public struct GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : IEquatable<GrainTimerCreationOptions>
{
    /// <summary>The time until the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none until a change.</summary>
    public TimeSpan DueTime { readonly get; set; } = dueTime;

    /// <summary>The time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for one tick only.</summary>
    public TimeSpan Period { readonly get; set; } = period;

    /// <summary>Whether a tick starts while a call waits. Default: false.</summary>
    public bool Interleave { readonly get; set; }

    /// <summary>Whether ticks keep the activation from being collected. Default: false.</summary>
    public bool KeepAlive { readonly get; set; }

    public readonly bool Equals(GrainTimerCreationOptions other) =>
        (DueTime, Period, Interleave, KeepAlive) == (other.DueTime, other.Period, other.Interleave, other.KeepAlive);

    public override readonly bool Equals(object? obj) => obj is GrainTimerCreationOptions other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(DueTime, Period, Interleave, KeepAlive);

    public static bool operator ==(GrainTimerCreationOptions left, GrainTimerCreationOptions right) => left.Equals(right);

    public static bool operator !=(GrainTimerCreationOptions left, GrainTimerCreationOptions right) => !left.Equals(right);
}
