namespace OpenSora.Contracts.Clips;

/// <summary>Interleaved 8-bit RGB, rows from the top: <c>Pixels.Length == Width * Height * 3</c>.</summary>
public sealed record RgbImage
{
    /// <exception cref="ArgumentException">The bytes do not make a picture of this size.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        if (width < 1 || height < 1 || pixels.LongLength != 3L * width * height)
            throw new ArgumentException($"{pixels.LongLength} bytes are not a picture of {width} x {height} pixels in RGB24");
        (Width, Height, Pixels) = (width, height, pixels);
    }

    public int Width { get; }
    public int Height { get; }
    public byte[] Pixels { get; }
}
