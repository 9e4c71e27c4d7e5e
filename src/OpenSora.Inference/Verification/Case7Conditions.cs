using System.Text.Json;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 7: the small functions around a generation, one golden file each. Where the original stops with an exception we
/// must refuse the input too. <see cref="Case7AppendGenerated"/> has the file that needs the autoencoder.
/// </summary>
public static class Case7Conditions
{
    private const string Folder = "case7_utils";

    private static readonly (string Name, Func<JsonElement, Difference?> Difference)[] Tables =
    [
        ("append_score", Case7Prompts.Scores),
        ("dframe", Case7References.FramesOfLatents),
        ("extract_json", Case7Prompts.Json),
        ("find_nearest_point", Case7References.NearestPoint),
        ("image_size", row => Case7Sizes.ImageSize(row)),
        ("mask_strategy", Case7References.Strategy),
        ("multi_resolution_info", Case7Sizes.MultiResolution),
        ("num_frames", row => Case7Sizes.FrameCount(row)),
        ("parse_mask_strategy", Case7References.Strategy),
        ("prompt_segments", Case7Prompts.Segments),
        ("save_path", Case7Prompts.FileName),
    ];

    public static IEnumerable<GoldenResult> Run(GoldenContext context) =>
        Tables.SelectMany(table => GoldenTable.Compare(context, Folder, $"{table.Name}*.json", 0, table.Difference))
            .Concat(GoldenTable.Compare(context, Folder, "enflame*.json", 0, Case7Sizes.Enflame, Case7Sizes.EnflameRows))
            .Concat(GoldenFiles.Compare(context, Folder, "mask_strategy*.safetensors", file => Case7References.PlacedFrames(context, file)))
            .Concat(GoldenFiles.Compare(context, Folder, "resize_crop*.safetensors", file => Case7References.ResizedImages(context, file)));
}
