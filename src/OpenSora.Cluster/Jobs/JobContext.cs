using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;

namespace OpenSora.Cluster.Jobs;

/// <summary>What all verbs of a job work with.</summary>
internal sealed record JobContext(
    JobFolder Folder, RequestPlan Plan, CheckpointWriter Checkpoints, JobCards Cards, CardTaskRunner Tasks, Loading Loading, CardTaskClient Client, EpochNumbers Epochs, ChangeCost Changes,
    IJobMedia Media, JobProgress Progress, JobStatistics Statistics, StageClock Clock, ClusterOptions Options, Action<Checkpoint>? StepDone)
{
    public StepHashes Trail { get; } = new();

    /// <summary>Whose results may be used. Default: that of a private job.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Results of earlier jobs; null where none are kept, or none are asked for yet.</summary>
    public JobResults? Results { get; set; }

    public JobRecord Record => Folder.Record;

    public string Job => Record.Job;

    public GenerationRequest Request => Record.Request;

    public int Loops => Request.Loop ?? 1;

    /// <summary>A file has its name. Where files that are there are kept, who goes on with the job has to know it from others.</summary>
    public void HasNamed(string file)
    {
        if (Request.Overwrite is null or NameReservation.Always)
            return;
        Folder.Record = Record with { Named = [.. (Record.Named ?? []).Where(named => named.Path != file), NamedFile.Of(file)] };
        Folder.Save();
    }
}
