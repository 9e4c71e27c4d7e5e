namespace OpenSora.Contracts.Verification;

/// <summary>Compare this machine's kernels with the reference tensors of a folder.</summary>
public sealed record VerificationRequest
{
    /// <summary>
    /// The golden folder: <c>checkpoints/</c> and <c>case*/</c>; null compares the demo model with the processor's results of torch's own
    /// kernels. Default: null.
    /// </summary>
    public string? Golden { get; init; }

    /// <summary>cpu, cuda, gcu …; null takes the best one present. Default: null.</summary>
    public string? Device { get; init; }

    /// <summary>fp32, bf16 or fp16. Default: fp32, the type of the reference tensors.</summary>
    public string Dtype { get; init; } = "fp32";

    /// <summary>CPU threads; null takes all cores. Default: null.</summary>
    public int? Threads { get; init; }
}

/// <summary>One tensor file or JSON table. Error: max|a-b| / max(1, max|b|), or the share of rows that differ.</summary>
/// <param name="OnPurpose">Where it differs from the original on purpose, and why; that does not count as an error. Null when it does not.</param>
public sealed record VerifiedCase(string Name, double MaxError, double Tolerance, bool Ok, string? Detail, string? OnPurpose = null);

/// <summary>The document that <c>verify --json</c> prints.</summary>
public sealed record VerificationReport(IReadOnlyList<VerifiedCase> Cases, int Passed, int Failed, string Device, string Dtype);
