using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster;

/// <summary>
/// Where the time of a job goes, as spans: <c>job</c> ⊃ <c>load</c>, <c>encode</c>, <c>denoise</c>, <c>decode</c> ⊃
/// <c>epoch N</c> ⊃ <c>step K</c>, and one for each task on a card, below which the card's own come. Nobody listens unless
/// telemetry is switched on, and then each of these is nothing but a test for null.
/// </summary>
internal static class Tracing
{
    public static readonly ActivitySource Source = new("OpenSora.Cluster");

    /// <summary>The span that goes on here, as W3C's traceparent; null when nobody listens, or there is none.</summary>
    public static string? TraceParent => Source.HasListeners() ? Activity.Current?.Id : null;

    /// <summary>A job, as a part of what asked for it, maybe long ago.</summary>
    /// <param name="asked">The <see cref="TraceParent"/> of that; null begins a trace.</param>
    public static Activity? Job(string? asked)
    {
        Activity.Current = null; // that of whoever happens to have begun it
        return Source.StartActivity("job", ActivityKind.Internal, ActivityContext.TryParse(asked, null, isRemote: true, out ActivityContext parent) ? parent : default);
    }

    /// <summary>A task on a card, e.g. <c>decode on card-1</c>.</summary>
    public static Activity? Task(Card card, CardTask task) => Source.StartActivity($"{Words(task)} on {card.Name}")?
        .SetTag("opensora.card", card.Name).SetTag("opensora.device", card.Description.Device);

    /// <summary>A step of all ranks, which has just ended.</summary>
    public static void Step(Activity? epoch, int step, DateTimeOffset began)
    {
        if (epoch is not null)
            Source.StartActivity($"step {step}", ActivityKind.Internal, epoch.Context, startTime: began)?.SetTag("opensora.step", step).Stop();
    }

    /// <summary>It did not end as it should.</summary>
    public static void Fail(this Activity? span, Exception failure) => span?.SetStatus(ActivityStatusCode.Error, failure.Message);

    private static string Words(CardTask task) => task switch
    {
        DecodeTask decode => $"decode chunk {decode.Chunk}",
        DenoiseTask denoise => $"denoise as rank {denoise.Rank}",
        _ => task.GetType().Name[..^"Task".Length].ToLowerInvariant(),
    };
}
