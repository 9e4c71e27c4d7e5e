using System.Diagnostics;

namespace OpenSora.Parallel;

/// <summary>Where the time of a rank goes, as spans: <c>forward</c> ⊃ <c>switch</c>. Nothing is recorded unless somebody listens.</summary>
internal static class Tracing
{
    public static readonly ActivitySource Source = new("OpenSora.Parallel");
}
