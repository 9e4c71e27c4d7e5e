using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Diagnosis;

/// <summary>Look at this machine: what would make a generation fail, or slow.</summary>
public sealed record DiagnosisRequest
{
    /// <summary>The checkpoints to look at; the demo model when all are null. Default: all null.</summary>
    public ModelFolders Models { get; init; } = new();

    /// <summary>cpu, cuda:1, gcu …; null for each that is present. Default: null.</summary>
    public string? Device { get; init; }

    /// <summary>CPU threads; null takes all cores. Default: null.</summary>
    public int? Threads { get; init; }

    /// <summary>The folder of a service; null for its default. Default: null.</summary>
    public string? Store { get; init; }

    /// <summary>The folder of the videos.</summary>
    public required string SaveDir { get; init; }
}

/// <summary>The document that <c>doctor --json</c> prints.</summary>
/// <param name="Works">Whether a generation would work: nothing is <see cref="Health.Broken"/>.</param>
public sealed record DiagnosisReport(bool Works, IReadOnlyList<Finding> Findings);
