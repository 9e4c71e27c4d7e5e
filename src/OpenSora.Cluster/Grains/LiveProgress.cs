using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <summary>How far a video is that is being made. Not stored: a crash begins it anew from what is kept of the job.</summary>
/// <param name="Percent">Of the whole; never goes back.</param>
/// <param name="Began">When the stage did, in this epoch.</param>
/// <param name="From">Steps that were done then.</param>
internal sealed record LiveProgress(string? Stage, int Done, int Total, int Percent, DateTimeOffset Began, int From)
{
    public static readonly LiveProgress None = new(null, 0, 0, 0, default, 0);

    /// <summary>Where stages lie in the whole, in percent: about how long they take for a clip of the real model.</summary>
    private static readonly Dictionary<string, (int From, int To)> Shares = new()
    {
        ["load"] = (0, 3),
        ["encode"] = (3, 5),
        ["denoise"] = (5, 75),
        ["decode"] = (75, 99),
        ["write"] = (99, 99),
    };

    public LiveProgress After(StageProgress progress)
    {
        (int from, int to) = Shares.GetValueOrDefault(progress.Stage);
        int percent = from + ((to - from) * progress.Done / Math.Max(1, progress.Total));
        bool same = Stage == progress.Stage && progress.Done >= Done;
        return new LiveProgress(
            progress.Stage, progress.Done, progress.Total, Math.Max(Percent, percent), same ? Began : DateTimeOffset.UtcNow, same ? From : progress.Done);
    }

    /// <summary>A stored video as it is now.</summary>
    public Video On(Video stored) => stored.IsOver ? stored : stored with
    {
        Stage = Stage,
        Step = Done,
        Steps = Total,
        Progress = Math.Max(stored.Progress, Percent),
        SecondsLeft = Done > From ? Math.Round((DateTimeOffset.UtcNow - Began).TotalSeconds / (Done - From) * (Total - Done), 1) : null,
    };
}
