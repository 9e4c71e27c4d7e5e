using System.Globalization;
using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Training;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>The loss of a clip under a caption at a noise level, with a worker's network.</summary>
internal delegate Tensor CaptionLoss(int worker, Tensor latent, string caption, double t, ulong noiseSeed);

/// <summary>
/// How much the loss rises when one word of the caption is another: it shows what the network has learned to read long
/// before samples do, and before the loss itself tells.
/// </summary>
internal sealed class WordSwaps(Workplace place, CaptionLoss loss)
{
    /// <summary>Where the prompt decides most.</summary>
    private const double NoiseLevel = 0.8;

    private const int Clips = 30;

    /// <summary>Mean loss of the true captions, and by how many percent it is higher with a swapped word.</summary>
    public string Report()
    {
        double[][] losses = new double[Clips][];
        using Tensor latents = ClipCache.Latents(place);
        new Workers(place.Workers).Run(Clips, (worker, i) =>
        {
            using IDisposable quiet = no_grad();
            Clip clip = ClipCache.Clip(place, i);
            Clip[] all = [clip, clip with { Motion = Opposite(clip.Motion) }, clip with { Shape = Next(Words.Shapes, clip.Shape) }, clip with { Colour = Next(Words.Colours, clip.Colour) }, clip with { Background = Next(Words.Backgrounds, clip.Background) }];
            losses[i] = [.. all.Select(told => (double)loss(worker, latents[i], Captions.Plain(told), NoiseLevel, (ulong)i).item<float>())];
        });
        double truth = losses.Average(l => l[0]);
        double Gap(int swap) => 100 * (losses.Average(l => l[swap]) / truth - 1);
        return string.Create(CultureInfo.InvariantCulture,
            $"| loss at 0.8 {truth:F4}, with another motion +{Gap(1):F2} %, shape +{Gap(2):F2} %, colour +{Gap(3):F2} %, background +{Gap(4):F2} %");
    }

    private static T Next<T>(IReadOnlyList<T> all, T one) => all[(all.ToList().IndexOf(one) + 1) % all.Count];

    private static Motion Opposite(Motion motion) => motion switch
    {
        Motion.Left => Motion.Right,
        Motion.Right => Motion.Left,
        Motion.Up => Motion.Down,
        Motion.Down => Motion.Up,
        Motion.UpLeft => Motion.DownRight,
        Motion.DownRight => Motion.UpLeft,
        Motion.UpRight => Motion.DownLeft,
        Motion.DownLeft => Motion.UpRight,
        _ => Motion.Right,
    };
}
