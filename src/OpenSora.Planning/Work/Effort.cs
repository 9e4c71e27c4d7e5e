namespace OpenSora.Planning.Work;

/// <summary>What some kernels have to do. Efforts of kernels that run one after the other add up.</summary>
/// <param name="Flops">Operations of matrix products and convolutions; a multiplication with an addition is two.</param>
/// <param name="Bytes">Read from and written to the device's memory.</param>
/// <param name="Kernels">Launches.</param>
public readonly record struct Effort(double Flops, double Bytes, double Kernels)
{
    public static Effort operator +(Effort a, Effort b) => new(a.Flops + b.Flops, a.Bytes + b.Bytes, a.Kernels + b.Kernels);

    public static Effort operator *(double times, Effort one) => new(times * one.Flops, times * one.Bytes, times * one.Kernels);
}
