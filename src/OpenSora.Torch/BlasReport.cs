namespace OpenSora.Torch;

/// <summary>Which library multiplies matrices on the CPU.</summary>
/// <param name="Name"><c>OpenBLAS</c>, <c>MKL</c>, <c>BLIS</c>, <c>ATLAS</c>, <c>reference BLAS</c> or <c>unknown</c>.</param>
/// <param name="Path">Its file; null where it is a part of torch.</param>
/// <param name="Version">What it says about itself, where it does.</param>
/// <param name="Gflops">Its measured speed in 10^9 operations a second; null where the name tells enough.</param>
/// <param name="Remedy">What to do about a slow one; null when it is not slow.</param>
public sealed record BlasReport(string Name, string? Path, string? Version, double? Gflops, string? Remedy)
{
    public bool IsSlow => Remedy is not null;

    /// <summary>The name of a library, by its folder and its file.</summary>
    public static string NameOf(string path)
    {
        string[] parts = path.ToLowerInvariant().Split('/');
        string name = string.Join('/', parts[^Math.Min(2, parts.Length)..]);
        return name.Contains("openblas", StringComparison.Ordinal) ? "OpenBLAS"
            : name.Contains("mkl", StringComparison.Ordinal) ? "MKL"
            : name.Contains("blis", StringComparison.Ordinal) ? "BLIS"
            : name.Contains("atlas", StringComparison.Ordinal) ? "ATLAS"
            : name.StartsWith("blas/", StringComparison.Ordinal) ? "reference BLAS"
            : "unknown";
    }
}
