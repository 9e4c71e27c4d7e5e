namespace OpenSora.Contracts.Generation;

/// <summary>What the command line asks a silo of its own for.</summary>
public sealed record GenerationOrder
{
    /// <summary>What to make; null goes on with <see cref="Resume"/>, or does <see cref="Audit"/>.</summary>
    public GenerationRequest? Request { get; init; }

    /// <summary>What standard input held, where the request takes its prompts from there. Default: null.</summary>
    public byte[]? PromptInput { get; init; }

    /// <summary>The job to go on with. Default: null.</summary>
    public string? Resume { get; init; }

    /// <summary>The run of which to compute steps again, and nothing else. Default: null.</summary>
    public AuditOrder? Audit { get; init; }

    /// <summary>Other cards than the job was begun with, when it is gone on with. Default: null (as many).</summary>
    public int? Cards { get; init; }

    /// <summary>Another device than the run's, for an audit. Default: null (the same).</summary>
    public string? Device { get; init; }

    /// <summary>HOST:PORT where other cards may join while it works. Default: null (a free port of this machine, for its own cards only).</summary>
    public string? Listen { get; init; }

    /// <summary>How often the request is done, one time after the other on the same cards. Default: 1.</summary>
    public int Passes { get; init; } = 1;
}
