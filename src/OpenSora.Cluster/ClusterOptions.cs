using System.ComponentModel.DataAnnotations;
using OpenSora.Contracts.Settings;

namespace OpenSora.Cluster;

/// <summary>How long a coordinator waits, and how often it tries.</summary>
[Variables("OPENSORA_CLUSTER_", OwnsPrefix = true)]
public sealed record ClusterOptions
{
    /// <summary>How long the process of a local card may be out of the cluster before it is killed. Default: 2.5 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a card may say nothing in the reply to a task before it is asked whether it lives. Default: 2 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan ReplySilence { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a card that is asked may take to say that it lives. Default: 0.8 s, so that a frozen one is found within 3 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>How long a card of a gang may say nothing to another, or take nothing of it, before that one gives it up. Default: 2 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan LinkSilence { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a job without a card waits for one. Default: 60 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan WaitForCard { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a video of a service waits, without progress, for a store that takes nothing, before it fails. Default: 3600 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan WaitForStore { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often a card may fail without a step or a task done in between, before its job goes on without it. Default: 2.</summary>
    [Range(1.0, 1000)]
    public int MostStrikes { get; init; } = 2;

    /// <summary>Failures of a card within <see cref="RestWindow"/> after which it rests. Range: 2 and more. Default: 3.</summary>
    [Range(2.0, 1000)]
    public int FailuresToRest { get; init; } = 3;

    /// <summary>Share of failures among its tasks in <see cref="RestWindow"/> from which a card rests. Range: 0.01 to 1. Default: 0.6.</summary>
    [Range(0.01, 1)]
    public double RestFailureRatio { get; init; } = 0.6;

    /// <summary>How far back failures of a card count. Range: 0.5 s to a day. Default: 60 s.</summary>
    [Range(0.5, 86_400)]
    public TimeSpan RestWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a card rests; it is given one task then, and rests again if it fails. Range: 0.5 s to a day. Default: 15 s.</summary>
    [Range(0.5, 86_400)]
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts at a denoise in a row that end without a step done. Default: 8.</summary>
    [Range(1.0, 1000)]
    public int MostFruitlessEpochs { get; init; } = 8;

    /// <summary>Further attempts at a task other than a denoise. Default: 5.</summary>
    [Range(1.0, 1000)]
    public int MostRetries { get; init; } = 5;

    /// <summary>Steps that must be left for a gang to be closed so that a larger one goes on. Default: 2.</summary>
    [Range(1.0, 1000)]
    public int LeastStepsToGrow { get; init; } = 2;

    /// <summary>How long a card process may take from its start until it has joined. Default: 120 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Deaths of a local card, none of which came after a task done, before <c>generate</c> gives it up; a service does not. Default: 3.</summary>
    [Range(1.0, 1000)]
    public int MostQuickDeaths { get; init; } = 3;

    /// <summary>Before a local card is started again; doubled with each quick death. Default: 0.2 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>The longest pause before a local card is started again. Default: 60 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan MostRestartDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a local card that was told to stop may take before it is killed. Default: 2 s.</summary>
    [Range(0.01, 1_000_000)]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
