namespace OpenSora.Inference.Verification;

/// <summary>A row of a golden table that ours is not equal to.</summary>
/// <param name="What">The row, shortly.</param>
/// <param name="OnPurpose">Why it is not to be equal, see <see cref="Verification.OnPurpose"/>; null when it should be.</param>
internal sealed record Difference(string What, string? OnPurpose = null)
{
    public static implicit operator Difference?(string? what) => what is null ? null : new Difference(what);
}
