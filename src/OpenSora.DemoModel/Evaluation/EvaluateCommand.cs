using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Stages;
using OpenSora.DemoModel.Training;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>
/// Measures a model folder on captions of combinations that training never saw, in varied wording, with the stages that
/// users' cards run and a judge that looks at pixels.
/// </summary>
internal sealed class EvaluateCommand(string model, string output, ulong seed, int prompts, int[] steps, double guidance, int threads)
{
    /// <summary>Clips for what takes longer: image conditions and loops.</summary>
    private int Few => Math.Clamp(prompts / 8, 1, 24);

    private readonly Workers _workers = new(threads);

    public static EvaluateCommand Of(Flags flags) => new(
        flags.Text("model", "models/demo"), flags.Text("out", "demo-evaluation"), (ulong)flags.Whole("seed", 7), (int)Math.Max(1, flags.Whole("prompts", 200)),
        [.. flags.Text("steps", "10,20,30").Split(',').Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : throw new InputException($"--steps {text} is not a number of steps"))],
        flags.Number("guidance", 2), (int)Math.Max(1, flags.Whole("threads", 2)));

    public Report Run()
    {
        Directory.CreateDirectory(output);
        using ClipMaker maker = new(model, guidance);
        Clip[] clips = [.. Enumerable.Range(0, prompts).Select(i => Clip.Draw(DrawnFrames.Number(seed, "evaluation", i, 0), held: true))];
        Dictionary<string, Accuracy> bySteps = [];
        foreach (int count in steps)
        {
            bySteps.Add($"{count}", Prompted(maker, clips, Captions.Varied, count, $"steps-{count}.png"));
            Console.WriteLine($"{count} steps: {bySteps[$"{count}"]}");
        }
        int middle = steps[steps.Length / 2];
        Accuracy unseen = Prompted(maker, clips, Captions.Unseen, middle, "unseen-wording.png");
        Console.WriteLine($"{middle} steps, wording never trained on: {unseen}");
        Reconstruction back = Reconstruction.Measure(maker.Models.Autoencoder, [.. clips.Take(64)], _workers);
        double floor = Reconstruction.Seams(maker.Models.Autoencoder, [.. clips.Take(Few)], _workers);
        Report report = new(
            prompts, guidance, seed, bySteps, unseen, Rounded(back.Psnr), Accuracy.Of(back.Verdicts),
            Rounded(FirstFrames(maker, clips, middle)), Rounded(Seams(maker, clips, middle)), Rounded(floor));
        Console.WriteLine($"autoencoder {report.ReconstructionPsnr} dB: {report.Reconstructed}");
        Console.WriteLine($"first frame {report.FirstFramePsnr} dB, jump at the seam {report.SeamJump}, of the autoencoder alone {report.AutoencoderSeamJump}");
        File.WriteAllText(Path.Combine(output, "evaluation.json"), JsonSerializer.Serialize(report, s_json) + "\n");
        return report;
    }

    private Accuracy Prompted(ClipMaker maker, Clip[] clips, Func<Clip, ulong, string> caption, int count, string sheet)
    {
        List<byte[]>[] videos = Videos(clips, (clip, i) => maker.Make(caption(clip, (ulong)i), count, i));
        ContactSheet.Write(Path.Combine(output, sheet), [.. videos.Take(48)], columns: 3);
        return Accuracy.Of([.. clips.Zip(videos, (clip, video) => (clip, Judge.Look(video, DrawnFrames.Side, DrawnFrames.Side)))]);
    }

    /// <summary>PSNR of first frames to the pictures that they were to be, mean over clips.</summary>
    private double FirstFrames(ClipMaker maker, Clip[] clips, int count)
    {
        ConcurrentBag<double> psnr = [];
        Videos(clips[..Math.Min(Few, clips.Length)], (clip, i) =>
        {
            byte[] picture = new byte[DrawnFrames.Side * DrawnFrames.Side * 3];
            clip.Paint(0, DrawnFrames.Frames, DrawnFrames.Side, DrawnFrames.Side, picture);
            List<byte[]> video = maker.Make(Captions.Plain(clip), count, i, picture);
            psnr.Add(10 * Math.Log10(255 * 255 / Math.Max(1e-3, Seam.Difference(picture, video[0]))));
            return video;
        });
        return psnr.Average();
    }

    /// <summary>The step at the seam of two joined clips over the other steps from frame to frame.</summary>
    private double Seams(ClipMaker maker, Clip[] clips, int count)
    {
        const int frames = 2 * DrawnFrames.Frames;
        List<byte[]>[] videos = Videos(clips[..Math.Min(Few, clips.Length)], (clip, i) => maker.Make(Captions.Plain(clip), count, i, loops: 2, frames: frames));
        ContactSheet.Write(Path.Combine(output, "joined.png"), videos, columns: 3);
        return Seam.Ratio([.. videos.Select(video => Seam.Of(video, frames - 1))]);
    }

    private List<byte[]>[] Videos(IReadOnlyList<Clip> clips, Func<Clip, int, List<byte[]>> make)
    {
        List<byte[]>[] videos = new List<byte[]>[clips.Count];
        _workers.Run(clips.Count, (_, i) => videos[i] = make(clips[i], i));
        return videos;
    }

    private static double Rounded(double value) => Math.Round(value, 2);

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };
}
