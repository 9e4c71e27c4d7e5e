using System.Diagnostics;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Jobs;

/// <summary>The stages of a generation, under the names that progress and losses are told with.</summary>
internal static class Stage
{
    public const string Load = "load", Encode = "encode", Denoise = "denoise", Decode = "decode", Write = "write";
}

/// <summary>How long the stages took.</summary>
internal sealed class StageClock
{
    private readonly Dictionary<string, TimeSpan> _spent = [];
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Counts the time until the result is disposed to a stage.</summary>
    public IDisposable Time(string stage) => new Timer(this, stage);

    /// <summary>Writing goes on while decoding does: it is taken out of that.</summary>
    public StageSeconds Seconds => new(
        Of(Stage.Load), Of(Stage.Encode), Of(Stage.Denoise), Of(Stage.Decode) - Of(Stage.Write), Of(Stage.Write), Stopwatch.GetElapsedTime(_start).TotalSeconds);

    private double Of(string stage) => _spent.GetValueOrDefault(stage).TotalSeconds;

    private sealed class Timer(StageClock clock, string stage) : IDisposable
    {
        // Writing is many moments within a decode, and no span of its own.
        private readonly Activity? _span = stage == Stage.Write ? null : Tracing.Source.StartActivity(stage);
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            clock._spent[stage] = clock._spent.GetValueOrDefault(stage) + Stopwatch.GetElapsedTime(_start);
            _span?.Dispose();
        }
    }
}
