using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Clips;

namespace OpenSora.Cluster.Grains;

/// <summary>What the queue has to know of a video.</summary>
internal static class QueuedVideos
{
    public static QueuedVideo Of(VideoRow row)
    {
        ClipGeometry clip = ClipGeometry.Of(row.Video.Request);
        double work = (double)clip.Latent.Frames * clip.Latent.Height * clip.Latent.Width * row.Video.Request.NumSamplingSteps * (row.Video.Request.Loop ?? 1);
        return new QueuedVideo(
            row.Video.Id, row.Video.Owner, row.Video.Priority, row.Video.CreatedAt, row.Video.Request.Cards, 2 * clip.Latent.Frames, work, null);
    }
}
