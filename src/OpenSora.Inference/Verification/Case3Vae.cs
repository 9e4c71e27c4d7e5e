using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Layout.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 3: the video autoencoder and its two halves, each clip of a batch by itself. What a file holds tells what made it:
/// the temporal autoencoder (<c>x</c> of latents), the whole one (no <c>moments</c> or <c>mean</c>), the per-frame one with the weights of
/// the video checkpoint (<c>decoded</c> as a clip) or with its own (<c>decoded</c> as a frame).
/// </summary>
public static class Case3Vae
{
    private const string Folder = "case3_vae";
    private const double Tolerance = 5e-5;
    private const int Colours = 3;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        using Loaded<VideoAutoencoder> autoencoder = new(() => VideoAutoencoderFiles.Load(
            context.Checkpoint("vae2d"), context.Checkpoint("vae3d"), new AutoencoderUnits(), context.Device, context.Precision));
        using Loaded<SpatialVae> standalone = new(() => VideoAutoencoderFiles.LoadSpatial(context.Checkpoint("vae2d"), context.Device, context.Precision));
        foreach (GoldenResult row in Case3Sizes.Compare(context, Folder)
            .Concat(GoldenFiles.Compare(context, Folder, "*.safetensors", file => Compare(context, autoencoder.Value, standalone.Value, file))))
            yield return row;
    }

    private static GoldenResult Compare(GoldenContext context, VideoAutoencoder autoencoder, SpatialVae standalone, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        if (golden["x"].shape[1] != Colours)
            CompareTemporal(autoencoder, golden, error);
        else if (!golden.Has("moments") && !golden.Has("mean"))
            Case3Pipeline.Compare(autoencoder, golden, error);
        else
            CompareSpatial(golden.Has("decoded") && golden["decoded"].ndim == 4 ? standalone : autoencoder.Spatial, context, golden, error);
        return error.Result(GoldenFiles.Name(context, file), Tolerance);
    }

    /// <summary>x [B, 4, T, h, w] to moments, z_dec to decoded [B, 4, T, h, w].</summary>
    private static void CompareTemporal(VideoAutoencoder autoencoder, GoldenTensors golden, ErrorOf error)
    {
        Tensor x = golden["x"];
        Tensor moments = EachClip(x, clip => autoencoder.Temporal.Moments(Numbers(clip, autoencoder.Device, autoencoder.Precision)));
        CompareMoments(moments, golden, error);
        if (!golden.Has("decoded"))
            return;
        Tensor z = golden["z_dec"];
        Tensor decoded = EachClip(z, clip => autoencoder.Temporal.Decode(Numbers(clip, autoencoder.Device, autoencoder.Precision), (int)x.shape[2]));
        error.Add("decoded", decoded, golden["decoded"]);
    }

    /// <summary>First frames of x [B, 3, T, H, W] to moments [B, 8, h, w], z_dec to decoded, as clips or as frames.</summary>
    private static void CompareSpatial(SpatialVae vae, GoldenContext context, GoldenTensors golden, ErrorOf error)
    {
        Tensor moments = EachClip(golden["x"].select(2, 0), frame => vae.Moments(Numbers(frame, context.Device, context.Precision)));
        CompareMoments(moments, golden, error);
        if (!golden.Has("decoded"))
            return;
        Tensor z = golden["z_dec"];
        bool clips = z.ndim == 5;
        Tensor latents = clips ? z.transpose(1, 2).flatten(0, 1) : z; // [B·T, 4, h, w]
        Tensor frames = EachClip(latents, frame => vae.Decode(Numbers(frame, context.Device, context.Precision)));
        Tensor decoded = clips ? frames.unflatten(0, [z.shape[0], z.shape[2]]).transpose(1, 2) : frames;
        error.Add("decoded", decoded, golden["decoded"]);
    }

    private static void CompareMoments(Tensor moments, GoldenTensors golden, ErrorOf error)
    {
        if (golden.Has("moments"))
            error.Add("moments", moments, golden["moments"]);
        if (golden.Has("mean"))
            error.Add("mean", Posterior.Mean(moments), golden["mean"]);
        if (golden.Has("std"))
            error.Add("std", Posterior.Deviation(moments), golden["std"]);
    }

    /// <summary>Runs each clip (or frame) of a batch [B, …] as a batch of one.</summary>
    private static Tensor EachClip(Tensor batch, Func<Tensor, Tensor> run) =>
        cat([.. batch.split(1, 0).Select(run)], 0);

    private static Tensor Numbers(Tensor x, Device device, Precision precision) => x.to(precision.Compute).to(device).contiguous();
}
