using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Links;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Jobs;

/// <summary>The verb EncodeReferences: images and videos become latents, one after the other, since each draws random numbers.</summary>
internal static class ReferenceEncoding
{
    private static readonly WorkKind Kind = new(Stage.Encode);

    /// <summary>The batch with its references; as they were kept, where the job was begun before.</summary>
    public static async Task<Batch> Begin(JobContext job, int index, IReadOnlyList<PlannedVideo> videos, ReadOnlyMemory<byte> random, CancellationToken cancel)
    {
        using IDisposable timed = job.Clock.Time(Stage.Encode);
        ReadOnlyMemory<byte>? noise = job.Request.LatentNoise is { } file ? await File.ReadAllBytesAsync(file, cancel) : default(ReadOnlyMemory<byte>?);
        if (await job.Folder.FindBatch(index) is { } kept)
            return kept.ToBatch(job.Plan.Clip, noise);
        Batch batch = new(index, videos, job.Plan.Clip, noise) { References = [.. videos.Select(_ => new List<Latent>())], Random = random };
        foreach ((PlannedVideo video, List<Latent> references) in batch.Videos.Zip(batch.References))
            foreach (string path in video.References)
            {
                Answer<ReferenceEncoded> answer = await job.Tasks.Run<ReferenceEncoded>(Kind, Order(job, path, batch.Random, cancel), null, cancel);
                references.Add(new Latent(answer.Header.Latent, answer.Parts[0]));
                batch.Random = answer.Parts[1];
            }
        job.KeepBatch(batch);
        return batch;
    }

    /// <summary>
    /// A video is read twice, once to count its frames and once to send them: no more than one is in memory. An image is sent as the frame that it
    /// becomes; of videos that is the card's work, for the original scales them as numbers that are no bytes.
    /// </summary>
    private static TaskOrder Order(JobContext job, string path, ReadOnlyMemory<byte> random, CancellationToken cancel)
    {
        bool isVideo = job.Media.IsVideo(path, cancel);
        int frames = isVideo ? job.Media.Read(path, cancel).Count() : 1;
        return new TaskOrder(new EncodeReferenceTask(isVideo, frames) { Job = job.Job, Request = job.Request }, [random], Frames());

        IEnumerable<Part> Frames()
        {
            foreach (RgbImage frame in isVideo ? job.Media.Read(path, cancel) : [job.Media.ReadCovering(path, ClipGeometry.Of(job.Request).Nominal, cancel)])
                yield return new Part([frame.Height, frame.Width, 3], frame.Pixels);
        }
    }
}
