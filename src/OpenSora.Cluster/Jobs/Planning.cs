using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Crews;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Jobs;

/// <summary>The verb Plan: what is to be made, and whether it can be.</summary>
internal static class Planning
{
    /// <summary>The next batch with something to make, from the record's on; null when there is none.</summary>
    /// <exception cref="InputException">The request is not well formed.</exception>
    public static async Task<(int Batch, Planned Plan)?> Next(JobContext job, CancellationToken cancel)
    {
        for (int batch = job.Record.Batch; ; batch++)
        {
            Planned plan = await Of(job, batch, cancel);
            if (plan.Videos.Count == 0)
                return null;
            PlannedVideo[] videos = [.. plan.Videos.Select(video => AtHome(video, job.Record.Folder)).Where(video => !job.Request.PromptAsPath || !File.Exists(video.File))];
            if (videos.Length > 0)
                return (batch, plan with { Videos = videos });
        }
    }

    /// <summary>The clips of a batch that was made before.</summary>
    public static async Task<ClipPlan> ClipOf(JobContext job, int batch, CancellationToken cancel) => (await Of(job, batch, cancel)).Clip;

    /// <summary>Looks at files and numbers before anything is loaded.</summary>
    /// <exception cref="InputException">A file is missing, or there are more cards than can share a clip.</exception>
    public static void Require(JobContext job, Planned plan)
    {
        job.Media.Require(plan.References.Select(reference => AtHome(reference, job.Record.Folder)));
        CardLimit.Check(job.Request, plan.Clip.MostRanks, plan.Clip.Latents);
        if (job.Request.LatentNoise is { } noise && !File.Exists(noise))
            throw new InputException($"--latent-noise {noise} does not exist: give a safetensors file");
    }

    private static async Task<Planned> Of(JobContext job, int batch, CancellationToken cancel)
    {
        PlanTask task = new(batch) { Job = job.Job, Request = job.Request };
        return (await job.Work.Run<Planned>(new WorkKind(Stage.Load) { NeedsLoaded = false }, new TaskOrder(task), null, cancel)).Header;
    }

    private static PlannedVideo AtHome(PlannedVideo video, string folder) => video with
    {
        File = Path.GetFullPath(video.File, folder),
        References = [.. video.References.Select(reference => AtHome(reference, folder))],
    };

    private static string AtHome(string reference, string folder) => reference.Contains("://", StringComparison.Ordinal) ? reference : Path.GetFullPath(reference, folder);
}
