using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7: tables of sizes and lengths, and what the model is told of them.</summary>
internal static class Case7Sizes
{
    /// <summary>A row with <c>resolution</c>, <c>aspect_ratio</c> and the outcome in the row itself or in one of its fields.</summary>
    public static Difference? ImageSize(JsonElement row, FrameTable table = FrameTable.OpenSora, string? outcome = null)
    {
        string resolution = GoldenTable.Text(row.Field("resolution")), ratio = GoldenTable.Text(row.Field("aspect_ratio"));
        return Outcome.Difference(Of(row, outcome), $"{resolution} {ratio}", () =>
        {
            (int height, int width) = Resolutions.Of(resolution, ratio, table);
            return new[] { height, width };
        });
    }

    /// <summary>A row with <c>num_frames</c>, a number or a text.</summary>
    public static Difference? FrameCount(JsonElement row, FrameTable table = FrameTable.OpenSora, string? outcome = null)
    {
        string length = row.Field("num_frames").ToString();
        return Outcome.Difference(Of(row, outcome), length, () => FrameCounts.Of(length, table));
    }

    /// <summary>The rows of enflame.json: what differs in sizes, and all lengths.</summary>
    public static IEnumerable<JsonElement> EnflameRows(JsonElement document) =>
        [.. document.Items("image_size_differences"), .. document.Items("num_frames")];

    /// <summary>A row with the outcomes <c>upstream</c> and <c>enflame</c>.</summary>
    public static Difference? Enflame(JsonElement row) => row.Find("num_frames") is not null
        ? FrameCount(row, FrameTable.OpenSora, "upstream") ?? FrameCount(row, FrameTable.Enflame, "enflame")
        : ImageSize(row, FrameTable.OpenSora, "upstream") ?? ImageSize(row, FrameTable.Enflame, "enflame");

    /// <summary>A row with a kind of information, a batch size, a clip and a type of number: tensors with a row for each sample.</summary>
    public static Difference? MultiResolution(JsonElement row)
    {
        string? kind = row.Find("info_type") is { } given ? GoldenTable.Text(given) : null;
        int samples = row.Whole("batch_size", 1), frames = row.Field("num_frames").GetInt32();
        long[] size = GoldenTable.Numbers(row.Field("image_size"));
        ScalarType type = row.Words("dtype", "fp32") switch
        {
            "bf16" => ScalarType.BFloat16,
            "fp16" => ScalarType.Float16,
            "fp32" => ScalarType.Float32,
            var other => throw new InputException($"its dtype '{other}' is none of fp32, bf16, fp16"),
        };
        return Outcome.Difference(row, $"{kind} {size[0]}x{size[1]}", () => Conditioning.MultiResolution
            .Of(new FrameSize((int)size[0], (int)size[1]), frames, row.Whole("fps", 24), type)
            .Arguments(kind)
            .ToDictionary(
                argument => argument.Key,
                argument => Enumerable.Repeat<object>(kind == "PixArtMS" ? Widened(argument.Value) : Widened(argument.Value)[0], samples).ToArray()));
    }

    private static double[] Widened(float[] values) => [.. values.Select(value => (double)value)];

    private static JsonElement Of(JsonElement row, string? outcome) => outcome is null ? row : row.Field(outcome);
}
