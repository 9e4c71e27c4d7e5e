using System.Diagnostics;
using static TorchSharp.torch;

namespace OpenSora.Inference.Generation;

/// <summary>What a pipeline tells while it works, and how long its stages took.</summary>
public sealed class PipelineEvents
{
    private readonly Dictionary<Stage, TimeSpan> _spent = [];

    /// <summary>Stage, steps done, steps in all. Default: nobody listens.</summary>
    public Action<Stage, int, int> Progress { get; init; } = (_, _, _) => { };

    /// <summary>Sees intermediate tensors under the names of the golden end-to-end cases; null in a generation.</summary>
    public Action<string, Tensor>? Trace { get; init; }

    /// <summary>Wall-clock seconds spent in a stage so far.</summary>
    public double Seconds(Stage stage) => _spent.GetValueOrDefault(stage).TotalSeconds;

    /// <summary>Counts the time until the result is disposed to a stage.</summary>
    internal IDisposable Time(Stage stage) => new Timer(this, stage);

    private sealed class Timer(PipelineEvents events, Stage stage) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose() => events._spent[stage] = events._spent.GetValueOrDefault(stage) + Stopwatch.GetElapsedTime(_start);
    }
}

/// <summary>The stages of a generation, in order.</summary>
public enum Stage { Load, Encode, Denoise, Decode, Write }
