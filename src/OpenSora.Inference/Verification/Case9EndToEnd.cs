using System.Text.Json;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Inference.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Case 9: whole generations through <see cref="VideoPipeline"/>, from the prompt and the seed to the bytes of the frames.</summary>
public static class Case9EndToEnd
{
    /// <summary>What each kind of tensor may differ by; a row tells the one that is nearest to its limit.</summary>
    private static readonly (string Ending, double Tolerance)[] Tolerances =
    [
        ("_timesteps", 0), ("_masks", 0), ("_input_ids", 0), ("_z", 2e-6), ("_step_noise", 2e-6), ("_y", 2e-5),
        ("_z_masked", 1e-4), ("_latents", 1e-4), ("_decoded", 2e-4),
    ];

    private const double ReferenceTolerance = 1e-4, ShareOfBytes = 0.005;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        foreach (string file in GoldenFiles.Of(context, "case9_e2e", "*.safetensors"))
            yield return Compare(context, file);
    }

    private static GoldenResult Compare(GoldenContext context, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using JsonDocument arguments = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
        JsonElement run = arguments.RootElement;
        GenerationRequest request = Request(context, run, Path.GetDirectoryName(file)!);
        using Models models = Models.Open(
            new ModelFolders { Dit = context.Checkpoint("dit"), T5 = context.Checkpoint("t5"), Vae2d = context.Checkpoint("vae2d"), Vae3d = context.Checkpoint("vae3d") },
            request, context.Device, context.Precision);
        using GoldenTensors golden = new(file);
        Recorder recorder = new();
        VideoBatch batch = new GenerationPlan(request, ClipGeometry.Of(request)).Batches().Single();
        using NoiseSource noise = new(request.Seed);
        MemoryMedia media = new(context.ReadImage);
        VideoPipeline pipeline = new(models, noise, media, new PipelineEvents { Trace = recorder.Add });
        pipeline.Generate(batch, CancellationToken.None);

        Nearest nearest = new();
        foreach (string name in golden.Names)
            if (recorder.Tensor(name, golden[name]) is { } actual)
                nearest.Add(name, ErrorOf.Between(actual.Ours, actual.Golden), ToleranceOf(name));
        Prompts(run, batch, nearest);
        for (int video = 0; video < batch.Jobs.Count; video++)
            nearest.Add($"frames_u8_{video}", DifferingShare(media.Frames[video].ToArray(), golden[$"frames_u8_{video}"]), ShareOfBytes);
        return nearest.Result(GoldenFiles.Name(context, file));
    }

    private static GenerationRequest Request(GoldenContext context, JsonElement run, string folder) => new()
    {
        Seed = run.GetProperty("seed").GetInt64(),
        ImageSize = [.. run.GetProperty("image_size").EnumerateArray().Select(side => side.GetInt32())],
        NumFrames = run.GetProperty("num_frames").ToString(),
        Fps = run.GetProperty("fps").GetInt32(),
        NumSamplingSteps = run.GetProperty("steps").GetInt32(),
        CfgScale = run.GetProperty("cfg_scale").GetDouble(),
        Aes = OptionalNumber(run, "aes"),
        Flow = OptionalNumber(run, "flow"),
        CameraMotion = run.GetProperty("camera_motion").GetString(),
        Loop = run.GetProperty("loop").GetInt32(),
        ConditionFrameLength = run.GetProperty("condition_frame_length").GetInt32(),
        ConditionFrameEdit = run.GetProperty("condition_frame_edit").GetDouble(),
        Align = OptionalNumber(run, "align") is { } align ? (int)align : 0,
        MicroFrameSize = run.GetProperty("micro_frame_size").GetInt32(),
        MicroBatchSize = run.GetProperty("micro_batch_size").GetInt32(),
        ModelMaxLength = STDiT3Config.Read(context.Checkpoint("dit")).ModelMaxLength,
        BatchSize = run.GetProperty("prompts").GetArrayLength(),
        Prompts = [.. Texts(run, "prompts")],
        MaskStrategies = [.. Texts(run, "mask_strategy")],
        ReferencePaths = [.. Texts(run, "reference_path").Select(paths => string.Join(';', paths.Split(';').Select(path => path.Length == 0 ? path : Path.Combine(folder, path))))],
    };

    private static IEnumerable<string> Texts(JsonElement run, string name) => run.GetProperty(name).EnumerateArray().Select(text => text.GetString() ?? "");

    private static double? OptionalNumber(JsonElement run, string name) =>
        run.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static double ToleranceOf(string name) =>
        Tolerances.Where(kind => name.EndsWith(kind.Ending, StringComparison.Ordinal)).Select(kind => kind.Tolerance).FirstOrDefault(ReferenceTolerance);

    private static void Prompts(JsonElement run, VideoBatch batch, Nearest nearest)
    {
        int loop = 0;
        foreach (JsonElement expected in run.GetProperty("loops").EnumerateArray())
        {
            bool same = Texts(expected, "prompts").SequenceEqual(batch.Jobs.Select(job => job.Prompts[loop]));
            nearest.Add($"prompts of loop {loop++}", same ? 0 : double.PositiveInfinity, 0);
        }
    }

    /// <summary>The share of bytes that differ, or infinity where one is off by more than a level.</summary>
    private static double DifferingShare(byte[] ours, Tensor golden)
    {
        byte[] expected = golden.contiguous().bytes.ToArray();
        if (ours.Length != expected.Length || ours.Zip(expected).Any(pair => Math.Abs(pair.First - pair.Second) > 1))
            return double.PositiveInfinity;
        return (double)ours.Zip(expected).Count(pair => pair.First != pair.Second) / ours.Length;
    }

    /// <summary>The tensor nearest to its own limit.</summary>
    private sealed class Nearest
    {
        private (string Name, double Error, double Tolerance) _worst = ("", 0, double.Epsilon);
        private double _share = -1;

        public void Add(string name, double error, double tolerance)
        {
            double share = error <= tolerance ? (tolerance == 0 ? 0 : error / tolerance) : Math.Max(error / tolerance, 2);
            if (share > _share)
                (_worst, _share) = ((name, Math.Min(error, double.MaxValue), tolerance), share);
        }

        public GoldenResult Result(string row) => new(row, _worst.Error, _worst.Tolerance, $"in {_worst.Name}");
    }
}
