using System.Globalization;
using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Evaluation;
using OpenSora.DemoModel.Training;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Layout.Decoding;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>A line about what the video autoencoder of a workplace makes of held-out clips.</summary>
internal static class AutoencoderCheck
{
    private const int Clips = 48;

    public static void Print(Workplace place)
    {
        using VideoAutoencoder network = VideoAutoencoderFiles.Load(
            Path.Combine(place.Model, "vae2d"), place.VideoFolder, new AutoencoderUnits(), CPU, Precision.Float32);
        Clip[] clips = [.. Enumerable.Range(0, Clips).Select(i => Clip.Draw(DrawnFrames.Number(place.Seed, "held out", i, 0), held: true))];
        Reconstruction result = Reconstruction.Measure(network, clips, new Workers(place.Workers));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} held-out clips: {result.Psnr:F2} dB, {Accuracy.Of(result.Verdicts)}"));
    }
}
