namespace OpenSora.Contracts.Cards;

/// <summary>
/// A check sum over all that a rank computed for one exchange with the others of its gang in a step: whoever has the same rank in the same step has the same sums, and
/// the first one that differs names the rank that computed otherwise, for what it took from others was the same.
/// </summary>
/// <param name="Exchange">In the order in which ranks depend on each other: the block, <see cref="Velocity"/> or <see cref="Frames"/>.</param>
/// <param name="Sum">Over the CRC-32C of each unit, mixed with its place; units come in any order.</param>
public sealed record ExchangeSum(int Exchange, long Sum)
{
    /// <summary>The velocities for the other half of guidance.</summary>
    public const int Velocity = int.MaxValue - 1;

    /// <summary>The latent frames that are handed in.</summary>
    public const int Frames = int.MaxValue;
}
