using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Stages;
using OpenSora.DemoModel.Training;
using OpenSora.Inference.Decoding;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>How well the video autoencoder gives clips back.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio over all pixels, in dB.</param>
/// <param name="Verdicts">What the judge says of the clips that came back, beside what they show.</param>
internal sealed record Reconstruction(double Psnr, IReadOnlyList<(Clip Clip, Verdict Verdict)> Verdicts)
{
    /// <summary>Encodes and decodes clips of held-out combinations.</summary>
    public static Reconstruction Measure(VideoAutoencoder autoencoder, IReadOnlyList<Clip> clips, Workers workers)
    {
        double[] errors = new double[clips.Count];
        (Clip, Verdict)[] verdicts = new (Clip, Verdict)[clips.Count];
        workers.Run(clips.Count, (_, i) =>
        {
            using IDisposable quiet = no_grad();
            Tensor pixels = DrawnFrames.Clip(clips[i]).transpose(0, 1);        // [3, 17, 64, 64]
            Tensor latent = autoencoder.Encode(pixels, PosteriorNoise.None);
            Tensor back = cat([.. autoencoder.Decode(latent, DrawnFrames.Frames)], 1);
            errors[i] = (back.Clamped(-1, 1) - pixels).Squared().mean().item<float>();
            verdicts[i] = (clips[i], Judge.Look(Frames(back), DrawnFrames.Side, DrawnFrames.Side));
        });
        return new Reconstruction(10 * Math.Log10(4 / errors.Average()), verdicts);
    }

    /// <summary>
    /// The jump between two chunks of the autoencoder, which knows both: what joined clips cannot fall below. In units of the
    /// other differences from frame to frame.
    /// </summary>
    public static double Seams(VideoAutoencoder autoencoder, IReadOnlyList<Clip> clips, Workers workers)
    {
        const int frames = 2 * DrawnFrames.Frames;
        Seam[] seams = new Seam[clips.Count];
        workers.Run(clips.Count, (_, i) =>
        {
            using IDisposable quiet = no_grad();
            Tensor latent = autoencoder.Encode(DrawnFrames.Clip(clips[i], frames).transpose(0, 1), PosteriorNoise.None);
            seams[i] = Seam.Of(Frames(cat([.. autoencoder.Decode(latent, frames)], 1)), DrawnFrames.Frames - 1);
        });
        return Seam.Ratio(seams);
    }

    /// <summary>[3, F, H, W] as RGB24 frames.</summary>
    public static List<byte[]> Frames(Tensor pixels)
    {
        byte[] all = FrameBytes.Of(pixels, ScalarType.Float32);
        return [.. all.Chunk(all.Length / (int)pixels.shape[1])];
    }
}
