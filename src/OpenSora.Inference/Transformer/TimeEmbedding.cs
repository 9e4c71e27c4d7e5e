using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>The timestep, and the frame rate with it, as vectors.</summary>
/// <param name="T">[1, C]</param>
/// <param name="Blocks">What the blocks add to their tables: [1, 6, C], or per frame [T, 6, C].</param>
/// <param name="T0">The same as <paramref name="T"/> at time zero, for frames that are a clean condition; null when there are none.</param>
/// <param name="Denoised">Per frame, [T]: true where it is at the timestep, false where at zero; null when all are at the timestep.</param>
internal sealed record TimeEmbedding(Tensor T, Tensor Blocks, Tensor? T0, Tensor? Denoised);
