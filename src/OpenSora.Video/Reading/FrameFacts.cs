using System.Text.Json;
using OpenSora.Video.Ffmpeg;

namespace OpenSora.Video.Reading;

/// <summary>What ffprobe says about the first picture of a file.</summary>
/// <param name="Width">As it is stored.</param>
/// <param name="Height">As it is stored.</param>
/// <param name="PixelFormat">By ffmpeg's name.</param>
/// <param name="PixelAspect">Width to height of a pixel, e.g. 16:15; null or 0:1 where the file does not say.</param>
/// <param name="Transfer">How light becomes numbers; null where the file does not say.</param>
/// <param name="IsInterlaced">The picture has lines of two moments.</param>
internal sealed record FrameFacts(int Width, int Height, string PixelFormat, string? PixelAspect, string? Transfer, bool IsInterlaced)
{
    private static readonly string[] WithAlpha = ["rgba", "bgra", "argb", "abgr", "yuva", "ayuv", "vuya", "gbrap", "ya8", "ya16", "pal8"];

    /// <summary>Pixels may be transparent.</summary>
    public bool HasAlpha => WithAlpha.Any(name => PixelFormat.StartsWith(name, StringComparison.Ordinal));

    /// <summary>PQ or HLG: shown as if it were an ordinary picture, it is grey and dim.</summary>
    public bool IsHdr => Transfer is "smpte2084" or "arib-std-b67";

    public bool HasSquarePixels => PixelAspect is null or "1:1" || PixelAspect.StartsWith("0:", StringComparison.Ordinal);

    /// <param name="input">ffmpeg's arguments up to the name of the file.</param>
    /// <returns>The facts; or null, and why there are none.</returns>
    public static (FrameFacts? Facts, string? Failure) Of(IEnumerable<string> input, CancellationToken cancel)
    {
        using FfmpegProcess probe = FfmpegProcess.Probe(
            ["-select_streams", "v:0", "-read_intervals", "%+#1", "-show_entries", "stream=field_order:frame=width,height,pix_fmt,sample_aspect_ratio,color_transfer,interlaced_frame", "-of", "json", .. input], cancel);
        using MemoryStream said = new();
        probe.Output.CopyTo(said);
        if (probe.Finish() is { } failure)
            return (null, failure);
        using JsonDocument facts = JsonDocument.Parse(said.ToArray());
        if (First(facts, "frames") is not { } frame || Text(frame, "pix_fmt") is not { } format)
            return (null, $"it has no frames{probe.Said()}");
        bool byFields = First(facts, "streams") is { } stream && Text(stream, "field_order") is "tt" or "bb" or "tb" or "bt";
        bool interlaced = byFields || (frame.TryGetProperty("interlaced_frame", out JsonElement flag) && flag.GetInt32() != 0);
        return (new FrameFacts(frame.GetProperty("width").GetInt32(), frame.GetProperty("height").GetInt32(), format, Text(frame, "sample_aspect_ratio"), Text(frame, "color_transfer"), interlaced), null);
    }

    private static JsonElement? First(JsonDocument document, string list) =>
        document.RootElement.TryGetProperty(list, out JsonElement items) && items.GetArrayLength() > 0 ? items[0] : null;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
