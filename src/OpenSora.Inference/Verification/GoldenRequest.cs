using System.Text.Json;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Models;

namespace OpenSora.Inference.Verification;

/// <summary>The arguments of a generation of the original as a request. What is not told is the original's default, as it is ours.</summary>
internal static class GoldenRequest
{
    public static GenerationRequest Read(GoldenContext context, JsonElement run)
    {
        GenerationRequest usual = new();
        string[] prompts = Texts(run, "prompts");
        return usual with
        {
            Models = new ModelFolders { Dit = context.Checkpoint("dit"), T5 = context.Checkpoint("t5"), Vae2d = context.Checkpoint("vae2d"), Vae3d = context.Checkpoint("vae3d") },
            Seed = run.Find("seed")?.GetInt64() ?? usual.Seed,
            ImageSize = run.Find("image_size") is { } size ? [.. size.EnumerateArray().Select(side => side.GetInt32())] : null,
            Resolution = run.Words("resolution", usual.Resolution),
            AspectRatio = run.Words("aspect_ratio", usual.AspectRatio),
            NumFrames = run.Find("num_frames")?.ToString() ?? usual.NumFrames,
            Fps = run.Whole("fps", usual.Fps),
            NumSamplingSteps = run.Whole("steps", usual.NumSamplingSteps),
            CfgScale = run.Find("cfg_scale")?.GetDouble() ?? usual.CfgScale,
            Aes = Has(run, "aes") ? run.Find("aes")?.GetDouble() : usual.Aes,
            Flow = run.Find("flow")?.GetDouble(),
            CameraMotion = run.Find("camera_motion") is { } motion ? GoldenTable.Text(motion) : null,
            Loop = run.Whole("loop", 1),
            ConditionFrameLength = run.Whole("condition_frame_length", usual.ConditionFrameLength),
            ConditionFrameEdit = run.Find("condition_frame_edit")?.GetDouble() ?? usual.ConditionFrameEdit,
            Align = Has(run, "align") ? run.Whole("align", 0) : usual.Align,
            MicroFrameSize = run.Whole("micro_frame_size", usual.MicroFrameSize),
            MicroBatchSize = run.Whole("micro_batch_size", usual.MicroBatchSize),
            ModelMaxLength = STDiT3Config.Read(context.Checkpoint("dit")).ModelMaxLength,
            BatchSize = prompts.Length,
            Prompts = prompts,
            MaskStrategies = Texts(run, "mask_strategy"),
            ReferencePaths = Texts(run, "reference_path"),
        };
    }

    /// <summary>Whether it is told, be it as null, which is none.</summary>
    private static bool Has(JsonElement run, string name) => run.TryGetProperty(name, out _);

    private static string[] Texts(JsonElement run, string name) =>
        [.. run.Items(name).Select(text => text.ValueKind == JsonValueKind.Null ? "" : GoldenTable.Text(text))];
}
