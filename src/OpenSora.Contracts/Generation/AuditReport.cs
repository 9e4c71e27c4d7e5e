namespace OpenSora.Contracts.Generation;

/// <summary>Asks for some steps of a run to be computed again.</summary>
public sealed record AuditOrder
{
    /// <summary>What the run reported.</summary>
    public required GenerationReport Report { get; init; }

    /// <summary>How many steps. Range: 1 and more; all of a run with fewer.</summary>
    public required int Steps { get; init; }

    /// <summary>Decides which ones.</summary>
    public required long Seed { get; init; }
}

/// <summary>What an audit found: the document that <c>audit --json</c> prints.</summary>
public sealed record AuditReport
{
    public required long Seed { get; init; }

    /// <summary>Steps that the run took, over all clips.</summary>
    public required int AllSteps { get; init; }

    /// <summary>Checkpoints that were read and have the hashes of the report.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>The steps that were computed again, in order.</summary>
    public required IReadOnlyList<AuditedStep> Steps { get; init; }

    /// <summary>Cards that computed them.</summary>
    public required int Cards { get; init; }

    /// <summary>What is not as the report has it, in words; empty where all is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>The probability that a step was among these, had <paramref name="wrong"/> of the run's steps been wrong: 1 - C(S - w, k) / C(S, k).</summary>
    /// <param name="wrong">Range: 0 to <see cref="AllSteps"/>.</param>
    public double CaughtOf(int wrong)
    {
        double missed = 1;
        for (int i = 0; i < Steps.Count; i++)
            missed *= Math.Max(0, (double)(AllSteps - wrong - i) / (AllSteps - i));
        return 1 - missed;
    }
}

/// <summary>A step that was computed again.</summary>
/// <param name="Step">From 1.</param>
/// <param name="IsEqual">Whether it gave the bytes that the report names.</param>
public sealed record AuditedStep(int Batch, int Loop, int Step, bool IsEqual);
