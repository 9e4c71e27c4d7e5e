using OpenSora.Inference.Decoding;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// The files of case 3 that the whole video autoencoder made: x [B, 3, T, H, W] encoded to the posteriors' means and, with
/// the file's noise, to a sample; z_dec [B, 4, Tz, h, w] decoded.
/// </summary>
internal static class Case3Pipeline
{
    public static void Compare(VideoAutoencoder autoencoder, GoldenTensors golden, ErrorOf error)
    {
        Tensor x = golden["x"];
        if (golden.Has("z_mean"))
            error.Add("z_mean", EachClip(x, (clip, _) => autoencoder.Encode(clip, PosteriorNoise.None)), golden["z_mean"]);
        if (golden.Has("x2d_mean"))
            error.Add("x2d_mean", EachClip(x, (clip, _) => EncodeFrames(autoencoder, clip)), golden["x2d_mean"]);
        if (golden.Has("z_sampled"))
            error.Add("z_sampled", EachClip(x, (clip, i) =>
            {
                using PosteriorNoise noise = PosteriorNoise.OfClip(golden["noise_spatial"], golden["noise_temporal"], i);
                return autoencoder.Encode(clip, noise);
            }), golden["z_sampled"]);

        if (!golden.Has("decoded"))
            return;
        Tensor z = golden["z_dec"];
        int frames = (int)x.shape[2];
        error.Add("decoded", EachClip(z, (clip, _) => cat([.. autoencoder.Decode(clip, frames)], 1)), golden["decoded"]);
        if (golden.Has("inter_x_z"))
            error.Add("inter_x_z", EachClip(z, (clip, _) => DecodeChunks(autoencoder, clip, frames)), golden["inter_x_z"]);
    }

    /// <summary>[3, T, H, W] to the means of the per-frame latents, [4, T, h, w].</summary>
    private static Tensor EncodeFrames(VideoAutoencoder autoencoder, Tensor clip) =>
        cat([.. autoencoder.Units.Batches((int)clip.shape[1]).Select(
            batch => autoencoder.EncodeFrames(clip.narrow(1, batch.First, batch.Count).transpose(0, 1), noise: null))], 0).transpose(0, 1);

    /// <summary>[4, Tz, h, w] to per-frame latents, [4, T, h, w].</summary>
    private static Tensor DecodeChunks(VideoAutoencoder autoencoder, Tensor clip, int frames) =>
        cat([.. autoencoder.Chunks(frames).Select(
            chunk => autoencoder.DecodeChunk(clip.narrow(1, chunk.FirstLatent, chunk.Latents), chunk.Frames))], 1);

    private static Tensor EachClip(Tensor batch, Func<Tensor, int, Tensor> run) => stack([.. batch.unbind(0).Select(run)], 0);
}
