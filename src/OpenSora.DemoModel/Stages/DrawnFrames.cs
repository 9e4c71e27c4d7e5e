using OpenSora.DemoModel.Clips;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Drawn clips as the networks take them, and the size that the demo model is made for.</summary>
internal static class DrawnFrames
{
    /// <summary>Rows and columns of the demo model's video.</summary>
    public const int Side = 64;

    /// <summary>Frames of its video: one chunk of the temporal autoencoder.</summary>
    public const int Frames = 17;

    /// <summary>What a pixel near an outline counts for, where others count for 1.</summary>
    private const float EdgeWeight = 4;

    /// <summary>Outlines are what a small autoencoder blurs: pixels this close to one count for more.</summary>
    private const double EdgeWidth = 2.5;

    /// <summary>All frames of a clip, [frames, 3, 64, 64] in [-1, 1].</summary>
    public static Tensor Clip(Clip clip, int frames = Frames) => stack([.. Enumerable.Range(0, frames).Select(frame => Frame(clip, frame, frames))]);

    /// <summary>One frame of so many, [3, 64, 64] in [-1, 1].</summary>
    public static Tensor Frame(Clip clip, int frame, int frames = Frames)
    {
        byte[] rgb = new byte[Side * Side * 3];
        clip.Paint(frame, frames, Side, Side, rgb);
        return OfBytes(rgb);
    }

    /// <summary>RGB24 bytes of a frame as [3, 64, 64] in [-1, 1].</summary>
    public static Tensor OfBytes(byte[] rgb)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = tensor(rgb, [Side, Side, 3]).to(ScalarType.Float32);
        return levels.permute(2, 0, 1).contiguous().Over(127.5).Minus(1).MoveToOuterDisposeScope();
    }

    /// <summary>What each pixel of a frame counts for, [1, 64, 64].</summary>
    public static Tensor Weights(Clip clip, int frame)
    {
        (double middleX, double middleY) = clip.Middle(frame, Frames, Side, Side);
        float[] weights = new float[Side * Side];
        for (int at = 0; at < weights.Length; at++)
        {
            double distance = Outline.Distance(clip.Shape, at % Side + 0.5 - middleX, at / Side + 0.5 - middleY, clip.HalfExtent * Side);
            weights[at] = Math.Abs(distance) < EdgeWidth ? EdgeWeight : 1;
        }
        return tensor(weights, [1, Side, Side]);
    }

    /// <summary>The number of a random choice: other for every stage, step, piece and purpose.</summary>
    public static ulong Number(ulong seed, string stage, long step, int piece, int index = 0)
    {
        ulong hash = seed * 0x9E3779B97F4A7C15;
        foreach (char letter in stage)
            hash = new SplitMix(hash ^ letter).Next();
        return new SplitMix(new SplitMix(new SplitMix(hash ^ (ulong)step).Next() ^ (ulong)piece).Next() ^ (ulong)index).Next();
    }
}
