using System.Text.Json;
using OpenSora.Contracts.Clips;

namespace OpenSora.Inference.Verification;

/// <summary>
/// The table of case 3: the latent size of [frames, height, width] in the whole video autoencoder (<c>pipeline</c>), in the
/// per-frame one alone (<c>spatial</c>) and in the temporal one alone, on the whole clip (<c>temporal</c>).
/// </summary>
internal static class Case3Sizes
{
    public static GoldenResult Compare(GoldenContext context, string file) =>
        GoldenTable.Compare(context, file, tolerance: 0, Difference);

    private static string? Difference(JsonElement row)
    {
        long[] input = GoldenTable.Numbers(row.GetProperty("input"));
        (int frames, int height, int width) = ((int)input[0], (int)input[1], (int)input[2]);
        FrameSize size = new(height, width);
        LatentSize pipeline = LatentSize.Of(frames, size), temporal = LatentSize.Of(frames, size, microFrameSize: frames);
        bool equal = Equal("pipeline", pipeline.Frames, pipeline.Height, pipeline.Width)
            && Equal("spatial", frames, pipeline.Height, pipeline.Width)
            && Equal("temporal", temporal.Frames, height, width);
        return equal ? null : string.Join('x', input);

        bool Equal(string key, params long[] sizes) => GoldenTable.Numbers(row.GetProperty(key)).SequenceEqual(sizes);
    }
}
