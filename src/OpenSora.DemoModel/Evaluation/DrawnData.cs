using System.Text.Json;
using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Stages;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>The clips that training sees, for people to look at.</summary>
internal static class DrawnData
{
    /// <summary>Writes <c>data.png</c>, five frames of each clip, and <c>data.jsonl</c> with what each shows and its captions.</summary>
    public static void Write(Workplace place, int count)
    {
        Directory.CreateDirectory(place.Folder);
        Clip[] clips = [.. Enumerable.Range(0, Math.Max(1, count)).Select(i => ClipCache.Clip(place, i))];
        ContactSheet.Write(Path.Combine(place.Folder, "data.png"), [.. clips.Select(Frames)], columns: 3);
        File.WriteAllLines(Path.Combine(place.Folder, "data.jsonl"), clips.Select((clip, i) => JsonSerializer.Serialize(new
        {
            shape = $"{clip.Shape}",
            colour = clip.Colour.Name,
            background = clip.Background.Name,
            motion = $"{clip.Motion}",
            plain = Captions.Plain(clip),
            varied = Captions.Varied(clip, (ulong)i),
        })));
    }

    private static List<byte[]> Frames(Clip clip) => [.. Enumerable.Range(0, DrawnFrames.Frames).Select(frame =>
    {
        byte[] rgb = new byte[DrawnFrames.Side * DrawnFrames.Side * 3];
        clip.Paint(frame, DrawnFrames.Frames, DrawnFrames.Side, DrawnFrames.Side, rgb);
        return rgb;
    })];
}
