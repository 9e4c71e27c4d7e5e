namespace OpenSora.Contracts.Clips;

/// <summary>Size of a latent, [4, Frames, Height, Width], as the video VAE makes it from frames.</summary>
public readonly record struct LatentSize
{
    /// <summary>Pixels to a latent cell, in height and width; what is left over is cut off.</summary>
    public const int Scale = 8;

    /// <summary>Channels of a latent.</summary>
    public const int Channels = 4;

    /// <summary>Frames to a latent frame.</summary>
    public const int TimeScale = 4;

    /// <exception cref="InputException">A size below 1.</exception>
    public LatentSize(int frames, int height, int width)
    {
        if (frames < 1 || height < 1 || width < 1)
            throw new InputException($"a latent of {frames} frames of {height}x{width} is empty: each size is at least 1");
        (Frames, Height, Width) = (frames, height, width);
    }

    public int Frames { get; }
    public int Height { get; }
    public int Width { get; }

    /// <summary>
    /// The latent of a clip. The temporal VAE takes chunks of <paramref name="microFrameSize"/> frames one by one, and
    /// each becomes ceil(frames / 4) latent frames: 51 frames are 3 chunks of 17, 15 latent frames.
    /// </summary>
    /// <param name="frames">Frames of the clip, 1 and more.</param>
    /// <param name="microFrameSize">Frames of a chunk, 1 and more.</param>
    public static LatentSize Of(int frames, FrameSize size, int microFrameSize = 17)
    {
        if (frames < 1 || microFrameSize < 1)
            throw new InputException($"a clip of {frames} frames in chunks of {microFrameSize} cannot be: both are at least 1");
        (int chunks, int rest) = Math.DivRem(frames, microFrameSize);
        return new((chunks * Shrunk(microFrameSize)) + Shrunk(rest), size.Height / Scale, size.Width / Scale);
    }

    public override string ToString() => $"{Frames}x{Height}x{Width}";

    private static int Shrunk(int frames) => (frames + TimeScale - 1) / TimeScale;
}
