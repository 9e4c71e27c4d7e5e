using System.Diagnostics;
using OpenTelemetry;

namespace OpenSora.Telemetry;

/// <summary>Drops traces that begin in Orleans: its grains and streams look after each other all the time. Calls for a request or a job stay.</summary>
internal sealed class OrleansRoots : BaseProcessor<Activity>
{
    public override void OnStart(Activity span)
    {
        if (span.ParentSpanId != default || !span.Source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal))
            return;
        // What comes below it goes by these, on other silos too.
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
