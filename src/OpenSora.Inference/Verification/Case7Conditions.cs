using System.Text.Json;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 7: the small functions around a generation, one golden file each. Where the original stops with an exception we
/// must refuse the input too. <see cref="Case7AppendGenerated"/> has the file that needs the autoencoder.
/// </summary>
public static class Case7Conditions
{
    private const string Folder = "case7_utils";

    private static readonly (string Name, Func<JsonElement, string?> Difference)[] Tables =
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

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        foreach ((string name, Func<JsonElement, string?> difference) in Tables)
            foreach (string file in GoldenFiles.Of(context, Folder, $"{name}*.json"))
                yield return GoldenTable.Compare(context, file, 0, difference);
        foreach (string file in GoldenFiles.Of(context, Folder, "enflame*.json"))
            yield return GoldenTable.Compare(context, file, 0, Case7Sizes.Enflame, Case7Sizes.EnflameRows);
        foreach (string file in GoldenFiles.Of(context, Folder, "mask_strategy*.safetensors"))
            yield return Case7References.PlacedFrames(context, file);
        foreach (string file in GoldenFiles.Of(context, Folder, "resize_crop*.safetensors"))
            yield return Case7References.ResizedImages(context, file);
    }
}
