using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>From a reference image or video to its latent.</summary>
public static class ReferenceStage
{
    /// <summary>Encodes the images as they come, so memory does not grow with them.</summary>
    /// <param name="noise">The posteriors' random numbers are drawn from it.</param>
    /// <returns>[4, T', h, w] in float32 on the CPU, in the caller's dispose scope; T' follows from the frames.</returns>
    public static Tensor Encode(VideoAutoencoder autoencoder, ClipGeometry clip, ReferenceFile file, NoiseSource noise, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipEncoder encoder = new(autoencoder, file.Frames, PosteriorNoise.Draw(noise, autoencoder, 1, file.Frames, clip.Latent)[0]);
        foreach (RgbImage image in file.Images)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope imageScope = NewDisposeScope();
            encoder.Add(file.IsVideo ? ResizeCrop.VideoFrame(image, clip.Nominal) : ResizeCrop.Image(image, clip.Nominal));
            MemoryUse.ReturnFree();
        }
        return encoder.Finish().to(ScalarType.Float32).cpu().MoveToOuterDisposeScope();
    }
}
