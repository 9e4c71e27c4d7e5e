using System.Diagnostics;

namespace OpenSora.Torch;

/// <summary>
/// Where the time of this thread goes: operation by operation of torch where <see cref="SeesTorch"/> says so, and kernel by kernel of our own.
/// While nobody asks, a kernel reads one field and torch has no observer.
/// </summary>
public static class OperationTimes
{
    [ThreadStatic] private static Dictionary<string, (long Calls, long Ticks)>? t_fused;

    /// <summary>Whether torch's own operations are seen. TorchSharp itself has no observers.</summary>
    public static bool SeesTorch => OwnBinding.IsThere;

    /// <summary>Does the work and says what it took, the longest first.</summary>
    public static IReadOnlyList<OperationTime> Of(Action work)
    {
        t_fused = [];
        try
        {
            return [.. OfTorch(work).Concat(t_fused.Select(pair => new OperationTime("fused::" + pair.Key, pair.Value.Calls, (double)pair.Value.Ticks / Stopwatch.Frequency)))
                .OrderByDescending(time => time.Seconds)];
        }
        finally
        {
            t_fused = null;
        }
    }

    private static List<OperationTime> OfTorch(Action work)
    {
        List<OperationTime> times = [];
        if (SeesTorch)
            OwnBinding.StartRecording();
        try
        {
            work();
        }
        finally
        {
            if (SeesTorch)
                times = OwnBinding.StopRecording();
        }
        return times;
    }

    internal static Span Measure(string name) => t_fused is null ? default : new Span(name, Stopwatch.GetTimestamp());

    /// <summary>One call of a kernel, until it is disposed.</summary>
    internal readonly ref struct Span(string? name, long start)
    {
        public void Dispose()
        {
            if (name is null || t_fused is null)
                return;
            (long calls, long ticks) = t_fused.GetValueOrDefault(name);
            t_fused[name] = (calls + 1, ticks + Stopwatch.GetTimestamp() - start);
        }
    }
}
