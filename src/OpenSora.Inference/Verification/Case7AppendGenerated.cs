using System.Globalization;
using OpenSora.Inference.Decoding;
using OpenSora.Layout.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7, the part that needs the autoencoder: a generated clip encoded as the reference of the next loop, without noise.</summary>
public static class Case7AppendGenerated
{
    private const double Tolerance = 5e-5;
    private const string Reference = "ref_last_";

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        using Loaded<VideoAutoencoder> autoencoder = new(() => VideoAutoencoderFiles.Load(
            context.Checkpoint("vae2d"), context.Checkpoint("vae3d"), new AutoencoderUnits(), context.Device, context.Precision));
        foreach (GoldenResult row in GoldenFiles.Compare(context, "case7_utils", "append_generated*.safetensors", file => Compare(context, autoencoder.Value, file)))
            yield return row;
    }

    private static GoldenResult Compare(GoldenContext context, VideoAutoencoder autoencoder, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        foreach (string name in golden.Names.Where(name => name.StartsWith(Reference, StringComparison.Ordinal)))
        {
            int clip = int.Parse(name.AsSpan(Reference.Length), CultureInfo.InvariantCulture);
            error.Add(name, autoencoder.Encode(golden["video"][clip], PosteriorNoise.None), golden[name]);
        }
        return error.Result(GoldenFiles.Name(context, file), Tolerance);
    }
}
