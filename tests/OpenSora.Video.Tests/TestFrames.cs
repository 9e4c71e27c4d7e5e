using OpenSora.Contracts.Clips;

namespace OpenSora.Video.Tests;

/// <summary>RGB24 frames that are made on the fly.</summary>
internal static class TestFrames
{
    /// <summary>A colour field that moves, as smooth as a sky.</summary>
    public static byte[] Smooth(FrameSize size, int frame) => Make(size, (x, y, channel) =>
        128 + (100 * Math.Sin((x + (3 * frame) + (20 * channel)) / 23.0) * Math.Cos((y - frame) / (31.0 + (4 * channel)))));

    /// <summary>The same with film grain, equal in the three channels.</summary>
    public static byte[] Grain(FrameSize size, int frame)
    {
        byte[] pixels = Smooth(size, frame);
        Random random = new(frame);
        for (int i = 0; i < pixels.Length; i += 3)
        {
            int grain = random.Next(-10, 11);
            for (int channel = 0; channel < 3; channel++)
                pixels[i + channel] = (byte)Math.Clamp(pixels[i + channel] + grain, 0, 255);
        }
        return pixels;
    }

    /// <summary>Random grey in each pixel: the worst case for luma.</summary>
    public static byte[] GreyNoise(FrameSize size, int frame)
    {
        byte[] pixels = new byte[size.Rgb24Bytes];
        Random random = new(frame);
        for (int i = 0; i < pixels.Length; i += 3)
            pixels.AsSpan(i, 3).Fill((byte)random.Next(256));
        return pixels;
    }

    /// <summary>A random colour in each pixel: the worst case of all.</summary>
    public static byte[] ColourNoise(FrameSize size, int frame)
    {
        byte[] pixels = new byte[size.Rgb24Bytes];
        new Random(frame).NextBytes(pixels);
        return pixels;
    }

    private static byte[] Make(FrameSize size, Func<int, int, int, double> value)
    {
        byte[] pixels = new byte[size.Rgb24Bytes];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(Math.Round(value(i / 3 % size.Width, i / 3 / size.Width, i % 3)), 0, 255);
        return pixels;
    }
}
