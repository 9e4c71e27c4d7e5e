using OpenSora.Inference.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7, the part that needs the autoencoder: a generated clip encoded as the reference of the next loop, without noise.</summary>
public static class Case7AppendGenerated
{
    private const double Tolerance = 5e-5;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        foreach (string file in GoldenFiles.Of(context, "case7_utils", "append_generated*.safetensors"))
        {
            using DisposeScope scope = NewDisposeScope();
            using VideoAutoencoder autoencoder = VideoAutoencoderFiles.Load(
                context.Checkpoint("vae2d"), context.Checkpoint("vae3d"), new AutoencoderUnits(), context.Device, context.Precision);
            using GoldenTensors golden = new(file);
            ErrorOf error = new();
            Tensor video = golden["video"];
            for (int clip = 0; clip < video.shape[0]; clip++)
                error.Add($"ref_last_{clip}", autoencoder.Encode(video[clip], PosteriorNoise.None), golden[$"ref_last_{clip}"]);
            yield return error.Result(GoldenFiles.Name(context, file), Tolerance);
        }
    }
}
