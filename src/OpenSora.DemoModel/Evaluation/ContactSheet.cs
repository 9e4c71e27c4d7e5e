using OpenSora.Contracts.Clips;
using OpenSora.DemoModel.Stages;
using OpenSora.Video.Writing;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>Many clips in one picture: a clip is a strip of five of its frames, strips go down, then to the next column.</summary>
internal static class ContactSheet
{
    private const int Shown = 5, Gap = 4;

    /// <summary>Writes a PNG.</summary>
    /// <param name="clips">Frames of clips of the demo model's size.</param>
    /// <param name="columns">Strips side by side.</param>
    public static void Write(string path, IReadOnlyList<List<byte[]>> clips, int columns)
    {
        const int side = DrawnFrames.Side, strip = Shown * side + 3 * Gap;
        int rows = (clips.Count + columns - 1) / columns, width = columns * strip, height = rows * (side + Gap);
        byte[] sheet = new byte[width * height * 3];
        Array.Fill(sheet, (byte)200);
        for (int i = 0; i < clips.Count; i++)
        {
            for (int k = 0; k < Shown; k++)
            {
                byte[] frame = clips[i][(clips[i].Count - 1) * k / (Shown - 1)];
                int left = i / rows * strip + k * side, top = i % rows * (side + Gap);
                for (int row = 0; row < side; row++)
                    frame.AsSpan(row * side * 3, side * 3).CopyTo(sheet.AsSpan(((top + row) * width + left) * 3));
            }
        }
        using ImageWriter writer = new(path, new FrameSize(height, width));
        writer.Write(sheet);
        writer.Complete();
    }
}
