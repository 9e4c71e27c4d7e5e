using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>Some frames of a chunk, which are good until the call that has them returns.</summary>
/// <param name="Pixels">[3, F, H, W], about [-1, 1] but not clamped.</param>
/// <param name="Rgb">The same frames in RGB24, [F, H, W, 3].</param>
public readonly record struct DecodedFrames(Tensor Pixels, byte[] Rgb);

/// <summary>One chunk of latent frames becomes frames, and latent frames again where another clip goes on from it.</summary>
public static class DecodeStage
{
    /// <summary>Decodes a chunk, a few frames at a time.</summary>
    /// <param name="tokens">The chunk's latent frames, [t, S, 16] in float32 on the CPU.</param>
    /// <param name="again">The random numbers that encode the whole clip again; null for no encoding.</param>
    /// <param name="decoded">Called with the frames in order.</param>
    /// <param name="cancel">Looked at before each of these calls.</param>
    /// <exception cref="Contracts.InputException">Pixels are not finite.</exception>
    /// <returns>The frames encoded again, [4, t, h, w] in float32 on the CPU, in the caller's dispose scope; null without <paramref name="again"/>.</returns>
    public static Tensor? Run(
        Models models, ClipGeometry clip, FrameChunk chunk, Tensor tokens, PosteriorNoise? again, Action<DecodedFrames> decoded, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor latent = Patches.ToLatent(tokens, clip.Latent.Height, clip.Latent.Width);
        using ClipEncoder? encoder = again is null ? null : new ClipEncoder(models.Autoencoder, chunk.Frames, again.Of(chunk));
        int first = chunk.FirstFrame;
        foreach (Tensor piece in models.Autoencoder.DecodePieces(models.Precision.Round(latent), chunk.Frames))
        {
            using Tensor pixels = piece;
            cancel.ThrowIfCancellationRequested();
            using DisposeScope pieceScope = NewDisposeScope();
            Tensor host = pixels.cpu();
            models.Require(Network.Autoencoder, host, $"decode: the frames from {first} on");
            first += (int)pixels.shape[1];
            encoder?.Add(models.Precision.Round(pixels));
            decoded(new DecodedFrames(pixels, FrameBytes.Of(host, models.Precision.Model)));
        }
        return encoder?.Finish().to(ScalarType.Float32).cpu().MoveToOuterDisposeScope();
    }
}
