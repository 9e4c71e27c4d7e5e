using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference;

/// <summary>
/// The two types of number of a run. <see cref="Model"/> is what <c>--dtype</c> names: weights, frequency tables, sizes
/// and timesteps are rounded to it, as the original's <c>model.to(dtype)</c> does. <see cref="Compute"/> is what the
/// kernels run in: the same type on a card with native half precision, float32 on a CPU.
/// </summary>
public sealed record Precision(ScalarType Model, ScalarType Compute)
{
    public static readonly Precision Float32 = new(ScalarType.Float32, ScalarType.Float32);

    /// <summary>The values of <paramref name="x"/> rounded to <see cref="Model"/>, held as <see cref="Compute"/>.</summary>
    public Tensor Round(Tensor x) => Compute == ScalarType.Float32 ? RoundToFloat(x) : x.to(Model).to(Compute);

    /// <summary>The values of <paramref name="x"/> rounded to <see cref="Model"/>, held as float32.</summary>
    public Tensor RoundToFloat(Tensor x) =>
        Model == ScalarType.BFloat16 && FusedKernels.CanTake(x) ? FusedKernels.RoundToBFloat16(x) : x.to(Model).to(ScalarType.Float32);
}
