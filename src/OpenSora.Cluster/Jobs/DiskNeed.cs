using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Clips;

namespace OpenSora.Cluster.Jobs;

/// <summary>Whether the disks have room for what a request writes, before anything is computed for it.</summary>
internal static class DiskNeed
{
    /// <param name="folder">Relative paths of the request are in this folder.</param>
    /// <param name="state">Where its job is kept.</param>
    /// <param name="videos">How many are to be made.</param>
    /// <exception cref="DiskFullException">There is not as much room as they take at the least.</exception>
    public static void Check(GenerationRequest request, string folder, string state, int videos)
    {
        ClipPlan clip = ClipPlan.Of(request);
        int loops = request.Loop ?? 1, together = Math.Min(videos, request.BatchSize);
        long latents = together * clip.Latents * clip.LatentFrameBytes, steps = request.KeepSteps ? videos * clip.KeptBytes(request) : 0;
        (string Folder, long Bytes, string Remedy)[] needs =
        [
            (Path.GetFullPath(request.SaveDir, folder), videos * Video(request, clip, loops), "another --save-dir"),
            // The start, the step, the next step, and of each loop its clip and what the next one starts from.
            (state, (2 + 2 * loops) * latents + steps + LeastBytes.File, "another folder as OPENSORA_STATE"),
            .. request.SaveLatent is { } path ? [(Path.GetDirectoryName(Path.GetFullPath(path, folder))!, latents + LeastBytes.File, "another --save-latent")] : Array.Empty<(string, long, string)>(),
        ];
        foreach (IGrouping<string, (string Folder, long Bytes, string Remedy)> disk in needs.GroupBy(need => DiskSpace.DiskOf(need.Folder)))
        {
            long need = disk.Sum(part => part.Bytes);
            if (DiskSpace.Free(disk.First().Folder) is { } free && free < need)
                throw new DiskFullException($"the disk of {string.Join(" and ", disk.Select(part => part.Folder).Distinct())} has {Bytes.Words(free)} free, and what is to be made takes {Bytes.Words(need)} at the least: "
                    + $"make room there, or give {string.Join(" or ", disk.Select(part => part.Remedy))}");
        }
    }

    private static long Video(GenerationRequest request, ClipPlan clip, int loops)
    {
        long frames = clip.Frames + (loops - 1L) * (clip.Frames - clip.Overlap);
        return (request.Watermark && frames > 1 ? 2 : 1) * LeastBytes.OfVideo(clip.Output, frames);
    }
}
