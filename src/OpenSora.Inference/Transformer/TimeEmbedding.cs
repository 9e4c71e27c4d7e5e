using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>The timestep, and the frame rate with it, as vectors.</summary>
/// <param name="T">[1, C]</param>
/// <param name="Blocks">What the blocks add to their tables: [1, 6, C], or [2, 6, C] with time zero second.</param>
/// <param name="T0">The same as <paramref name="T"/> at time zero, for frames that are a clean condition; null when there are none.</param>
/// <param name="Denoised">Per frame, [T]: true where it is at the timestep, false where at zero; null when all are at the timestep.</param>
/// <param name="Rows">Per frame, [T]: its row of <paramref name="Blocks"/>; null when all are at the timestep.</param>
internal sealed record TimeEmbedding(Tensor T, Tensor Blocks, Tensor? T0 = null, Tensor? Denoised = null, Tensor? Rows = null);
