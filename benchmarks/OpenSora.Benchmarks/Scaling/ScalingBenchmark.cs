using OpenSora.Benchmarks.Checkpoints;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Benchmarks.Scaling;

/// <summary>
/// How much faster do N cards denoise one clip than one card, and how much of that does the machine allow? Its own ceiling
/// is measured in the same run: N cards that each denoise a clip of their own, side by side, and need nothing of each other.
/// </summary>
internal sealed class ScalingBenchmark(string program, string folder, int cards, int threads, int repeats, IReadOnlyList<string> clip)
{
    public async Task Run(TextWriter output)
    {
        List<double> alone = [], shared = [], sideBySide = [];
        GenerationReport? one = null, many = null;
        for (int run = 0; run < repeats; run++)
        {
            one = await Generate(1, "one");
            many = await Generate(cards, "shared");
            GenerationReport[] independent = await Task.WhenAll(Enumerable.Range(0, cards).Select(i => Generate(1, $"side{i}")));
            if (one.Hashes != many.Hashes)
                throw new InputException($"1 card gave {one.Hashes} and {cards} cards gave {many.Hashes}: the same bytes were promised");
            alone.Add(one.Seconds.Denoise);
            shared.Add(many.Seconds.Denoise);
            sideBySide.Add(independent.Average(report => report.Seconds.Denoise));
            output.WriteLine($"run {run + 1}: 1 card {alone[^1]:F2} s, {cards} cards {shared[^1]:F2} s, {cards} independent cards {sideBySide[^1]:F2} s each");
        }
        double speedUp = Median(alone) / Median(shared), ceiling = cards * Median(alone) / Median(sideBySide);
        output.WriteLine($"{one!.Height}x{one.Width}, {one.Frames} frames, {one.Steps} steps, {threads} thread(s) a card, medians of {repeats} runs of the denoise");
        output.WriteLine($"speed-up of {cards} cards                {speedUp:F3}");
        output.WriteLine($"speed-up of {cards} independent cards    {ceiling:F3}   the machine's ceiling");
        output.WriteLine($"ratio                             {speedUp / ceiling:F3}");
        output.WriteLine($"bytes sent / bound                {many!.BytesSent.Total / Math.Max(1, many.BytesSent.Bound):F4}   ({many.BytesSent.Total:N0} bytes)");
        output.WriteLine($"sha256 of the latent              {many.Hashes.Latent}, the same from 1 and from {cards} cards");
    }

    private Task<GenerationReport> Generate(int count, string name) => Generation.Run(program,
    [
        "--ckpt-path-dit", Path.Combine(folder, "dit"), "--ckpt-path-t5", Path.Combine(folder, "t5"),
        "--ckpt-path-vae2d", Path.Combine(folder, "vae2d"), "--ckpt-path-vae3d", Path.Combine(folder, "vae3d"),
        "--prompt", "a red circle moving right on a black background", "--device", "cpu", "--dtype", "fp32",
        "--cards", $"{count}", "--threads", $"{threads}", "--save-dir", Path.Combine(folder, "samples"), "--sample-name", name, .. clip,
    ]);

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Makes the model when its folder is not there yet, and measures.</summary>
    public static async Task Run(Flags flags, string home)
    {
        string folder = Path.GetFullPath(flags.Word("--model", Path.Combine(home, "artifacts", "scaling-model")));
        CheckpointSize size = new(flags.Number("--depth", 4), flags.Number("--hidden", 1152), flags.Number("--heads", 16), TextLayers: 0, VaeChannels: 0);
        ScalingBenchmark benchmark = new(
            Path.Combine(home, "opensora"), folder, flags.Number("--cards", 2), flags.Number("--threads", 1), flags.Number("--repeats", 3),
            ["--resolution", flags.Word("--resolution", "144p"), "--num-frames", flags.Word("--num-frames", "2s"), "--num-sampling-steps", flags.Word("--steps", "2")]);
        flags.Done();
        if (!File.Exists(Path.Combine(folder, "dit", "model.safetensors")))
            MakeCheckpoint.Write(folder, size, Path.Combine(home, "models", "demo"));
        await benchmark.Run(Console.Out);
    }
}
