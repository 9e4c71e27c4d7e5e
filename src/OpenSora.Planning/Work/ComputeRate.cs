using OpenSora.Contracts;
using OpenSora.Planning.Cards;

namespace OpenSora.Planning.Work;

/// <summary>
/// How long kernels take: those that compute and those that move bytes alternate, so both times add up, and kernels cannot
/// follow each other faster than they are launched (the additive form of the roofline, Williams et al. 2009).
/// </summary>
/// <param name="FlopsPerSecond">That matrix products reach, not the peak.</param>
/// <param name="BytesPerSecond">Of the device's memory.</param>
/// <param name="KernelSeconds">Least time from one kernel to the next.</param>
public sealed record ComputeRate(double FlopsPerSecond, double BytesPerSecond, double KernelSeconds)
{
    /// <summary>A card of a type, at a share of its peak.</summary>
    /// <param name="share">What of the peak matrix products reach, 0 to 1.</param>
    /// <exception cref="InputException">The type's speed is not known.</exception>
    public static ComputeRate Of(CardType card, string computeType, double share) => card.SpeedIsKnown(computeType)
        ? new ComputeRate(share * card.Flops[computeType], card.MemoryBytesPerSecond!.Value, card.KernelSeconds)
        : throw new InputException($"the speed of {card.Name} in {computeType} is not known: give another --card-type, or add its figures with --card-types FILE");

    public double Seconds(Effort effort) =>
        Math.Max(effort.Kernels * KernelSeconds, effort.Flops / FlopsPerSecond + effort.Bytes / BytesPerSecond);
}
