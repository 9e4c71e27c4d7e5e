using System.Diagnostics;

namespace OpenSora.Torch;

/// <summary>
/// Where the time of this thread goes, kernel by kernel of our own: TorchSharp has no observers of torch's operations. While nobody asks,
/// a kernel reads one field.
/// </summary>
public static class OperationTimes
{
    [ThreadStatic] private static Dictionary<string, (long Calls, long Ticks)>? t_fused;

    /// <summary>Does the work and says what it took, the longest first.</summary>
    public static IReadOnlyList<OperationTime> Of(Action work)
    {
        t_fused = [];
        try
        {
            work();
            return [.. t_fused.Select(pair => new OperationTime("fused::" + pair.Key, pair.Value.Calls, (double)pair.Value.Ticks / Stopwatch.Frequency))
                .OrderByDescending(time => time.Seconds)];
        }
        finally
        {
            t_fused = null;
        }
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
