using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;

namespace OpenSora.Inference.Verification;

/// <summary>
/// The table of case 3: the latent size of [frames, height, width] in the whole video autoencoder (<c>pipeline</c>), in the
/// per-frame one alone (<c>spatial</c>) and in the temporal one alone, on the whole clip (<c>temporal</c>).
/// </summary>
internal static class Case3Sizes
{
    public static IEnumerable<GoldenResult> Compare(GoldenContext context, string folder) =>
        GoldenTable.Compare(context, folder, "*.json", tolerance: 0, Difference);

    private static Difference? Difference(JsonElement row)
    {
        long[] input = GoldenTable.Numbers(row.Field("input"));
        if (input.Length != 3)
            throw new InputException("its 'input' is not frames, height and width");
        (int frames, int height, int width) = ((int)input[0], (int)input[1], (int)input[2]);
        FrameSize size = new(height, width);
        LatentSize pipeline = LatentSize.Of(frames, size), temporal = LatentSize.Of(frames, size, microFrameSize: frames);
        bool agrees = row.Agrees(
            ("pipeline", Is(pipeline.Frames, pipeline.Height, pipeline.Width)),
            ("spatial", Is(frames, pipeline.Height, pipeline.Width)),
            ("temporal", Is(temporal.Frames, height, width)));
        return agrees ? null : string.Join('x', input);

        static Func<JsonElement, bool> Is(params long[] sizes) => expected => GoldenTable.Numbers(expected).SequenceEqual(sizes);
    }
}
