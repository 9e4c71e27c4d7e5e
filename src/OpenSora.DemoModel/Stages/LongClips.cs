using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Layout.Decoding;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>
/// Clips of two chunks, for videos that go on from a clip before: the first chunk is given, the second is to be made. Half of
/// them begin on their way already, as the second clip of a video does.
/// </summary>
internal static class LongClips
{
    public const int Count = 1024;

    public const int Frames = 2 * DrawnFrames.Frames;

    /// <summary>How far on its way a clip may be at its start, in units of the frame's shorter side.</summary>
    private const double MostGone = 0.16;

    /// <summary>Clip <paramref name="index"/> of the long ones.</summary>
    public static Clip Clip(Workplace place, int index)
    {
        Clip clip = OpenSora.DemoModel.Clips.Clip.Draw(DrawnFrames.Number(place.Seed, "long clips", index, 0));
        SplitMix random = new(DrawnFrames.Number(place.Seed, "long clips", index, 1));
        double gone = index % 2 == 0 ? 0 : random.Between(0, MostGone);
        (double x, double y) = Words.Direction(clip.Motion);
        return clip with { StartX = clip.StartX + x * gone, StartY = clip.StartY + y * gone };
    }

    /// <summary>Their latents, [clips, 4, 10, 8, 8].</summary>
    public static Tensor Latents(Workplace place) => TensorCache.Get(place.State("long-latents"), () =>
    {
        using VideoAutoencoder network = VideoAutoencoderFiles.Load(
            Path.Combine(place.Model, "vae2d"), place.VideoFolder, new AutoencoderUnits(), CPU, Precision.Float32);
        Tensor all = empty([Count, 4, network.LatentFrames(Frames), DrawnFrames.Side / 8, DrawnFrames.Side / 8]);
        new Workers(place.Workers).Run(Count, (_, index) =>
        {
            using IDisposable quiet = no_grad();
            all[index].copy_(network.Encode(DrawnFrames.Clip(Clip(place, index), Frames).transpose(0, 1), PosteriorNoise.None));
        });
        return all;
    });
}
