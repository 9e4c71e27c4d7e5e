using OpenSora.Contracts;
using OpenSora.Prompts.Masks;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Conditioning;

/// <summary>Places reference latents in the noise that a clip starts from (<c>apply_mask_strategy</c> of Open-Sora 1.2).</summary>
public static class ReferenceFrames
{
    /// <summary>Copies the frames that the strategy names into <paramref name="z"/>, in place.</summary>
    /// <param name="z">The noise of one sample, [4, T, h, w].</param>
    /// <param name="references">The references of its prompt, each [4, T', h, w].</param>
    /// <param name="loop">Groups of other loops are passed over; later groups win.</param>
    /// <param name="align">Latent frames that starts snap to; 0 for none.</param>
    /// <returns>For each of the T frames its edit ratio: 1 where nothing was placed.</returns>
    /// <exception cref="InputException">A reference or a frame that is not there.</exception>
    public static float[] Place(Tensor z, IReadOnlyList<Tensor> references, string? strategy, int loop, int align)
    {
        int frames = (int)z.shape[1];
        float[] ratios = [.. Enumerable.Repeat(1f, frames)];
        foreach (PlacedFrames placed in MaskStrategy.Places(strategy, loop, align, frames, [.. references.Select(reference => (int)reference.shape[1])]))
        {
            using DisposeScope scope = NewDisposeScope();
            z.narrow(1, placed.To, placed.Count).copy_(references[placed.Reference].narrow(1, placed.From, placed.Count));
            Array.Fill(ratios, placed.EditRatio, placed.To, placed.Count);
        }
        return ratios;
    }
}
