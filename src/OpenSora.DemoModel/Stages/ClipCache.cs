using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Layout.Decoding;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>The clips that later stages train on, as latents: of single frames, and of whole clips.</summary>
internal static class ClipCache
{
    /// <summary>Clips to train on.</summary>
    public const int Clips = 4096;

    /// <summary>Clip <paramref name="index"/> of the training set.</summary>
    public static Clip Clip(Workplace place, int index) => OpenSora.DemoModel.Clips.Clip.Draw(DrawnFrames.Number(place.Seed, "clips", index, 0));

    /// <summary>Latents of every frame of every clip, [clips, 4, 17, 8, 8].</summary>
    public static Tensor Frames(Workplace place) => TensorCache.Get(place.State("frame-latents"), () =>
    {
        using SpatialVae network = VideoAutoencoderFiles.LoadSpatial(place.SpatialFolder, CPU, Precision.Float32);
        Tensor all = empty([Clips, 4, DrawnFrames.Frames, DrawnFrames.Side / 8, DrawnFrames.Side / 8]);
        new Workers(place.Workers).Run(Clips, (_, index) =>
        {
            using IDisposable quiet = no_grad();
            Tensor latent = network.Encode(DrawnFrames.Clip(Clip(place, index)), null); // [17, 4, 8, 8]
            all[index].copy_(latent.transpose(0, 1));
        });
        return all;
    });

    /// <summary>Latents of every clip in the units of the transformer, [clips, 4, 5, 8, 8].</summary>
    public static Tensor Latents(Workplace place) => TensorCache.Get(place.State("clip-latents"), () =>
    {
        using VideoAutoencoder network = VideoAutoencoderFiles.Load(
            Path.Combine(place.Model, "vae2d"), place.VideoFolder, new AutoencoderUnits(), CPU, Precision.Float32);
        using Tensor frames = Frames(place);
        Tensor all = empty([Clips, 4, network.LatentFrames(DrawnFrames.Frames), DrawnFrames.Side / 8, DrawnFrames.Side / 8]);
        new Workers(place.Workers).Run(Clips, (_, index) =>
        {
            using IDisposable quiet = no_grad();
            all[index].copy_(network.EncodeChunk(frames[index], null));
        });
        return all;
    });

    /// <summary>Latents of the first frame of every clip as a picture of its own, which is how references are encoded: [clips, 4, 1, 8, 8].</summary>
    public static Tensor Pictures(Workplace place) => TensorCache.Get(place.State("picture-latents"), () =>
    {
        using VideoAutoencoder network = VideoAutoencoderFiles.Load(
            Path.Combine(place.Model, "vae2d"), place.VideoFolder, new AutoencoderUnits(), CPU, Precision.Float32);
        using Tensor frames = Frames(place);
        Tensor all = empty([Clips, 4, 1, DrawnFrames.Side / 8, DrawnFrames.Side / 8]);
        new Workers(place.Workers).Run(Clips, (_, index) =>
        {
            using IDisposable quiet = no_grad();
            all[index].copy_(network.EncodeChunk(frames[index].narrow(1, 0, 1), null));
        });
        return all;
    });
}
