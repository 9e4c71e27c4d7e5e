using System.Diagnostics;
using OpenTelemetry;

namespace OpenSora.Telemetry;

/// <summary>
/// Drops spans of Orleans that tell nothing: traces that begin there, for its grains and streams look after each other all the time, and each
/// item of an answer. Calls for a request or a job stay.
/// </summary>
internal sealed class OrleansNoise : BaseProcessor<Activity>
{
    public override void OnStart(Activity span)
    {
        if (!span.Source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal) || (span.ParentSpanId != default && !IsItem(span)))
            return;
        // What comes below it goes by these, on other silos too.
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static bool IsItem(Activity span) =>
        span.OperationName.StartsWith("IAsyncEnumerableGrainExtension/MoveNext", StringComparison.Ordinal) || span.OperationName.StartsWith("IAsyncEnumerableGrainExtension/DisposeAsync", StringComparison.Ordinal);
}
