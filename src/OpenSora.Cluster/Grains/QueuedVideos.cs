using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Grains;

/// <summary>What the queue has to know of a video.</summary>
internal static class QueuedVideos
{
    public static QueuedVideo Of(VideoRow row)
    {
        ClipGeometry clip = ClipGeometry.Of(row.Video.Request);
        double work = (double)clip.Latent.Frames * clip.Latent.Height * clip.Latent.Width * (row.Video.Request.NumSamplingSteps - row.Video.FromStep) * (row.Video.Request.Loop ?? 1);
        GenerationRequest request = row.Video.Request;
        int useful = (2 * clip.Latent.Frames) + (request.TextEncoderCard ? 1 : 0);
        return new QueuedVideo(
            row.Video.Id, row.Video.Owner, row.Video.Priority, row.Video.CreatedAt, row.IsPrivate ? Math.Min(useful, Math.Max(request.Cards, row.MostCards)) : request.Cards, useful, work, null, row.IsPrivate)
        {
            Tokens = clip.Grid.Tokens,
        };
    }
}
