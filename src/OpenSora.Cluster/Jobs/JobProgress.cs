using OpenSora.Contracts;

namespace OpenSora.Cluster.Jobs;

/// <summary>What a job tells while it works. Says a thing once: several cards may say the same.</summary>
internal sealed class JobProgress(Action<CardEvent> tell)
{
    private readonly HashSet<string> _said = [];

    /// <summary>Which video is worked on, for progress; null for the only one.</summary>
    public string? Item { get; set; }

    public void Say(string message)
    {
        if (_said.Add(message))
            tell(new Notice(message));
    }

    public void Report(string stage, int done, int total) => tell(new Progress(stage, done, total, Item));
}
