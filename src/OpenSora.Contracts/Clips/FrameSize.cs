using System.Globalization;

namespace OpenSora.Contracts.Clips;

/// <summary>Height and width of a frame in pixels, each <see cref="Smallest"/> to <see cref="Largest"/>.</summary>
public readonly record struct FrameSize
{
    /// <summary>One latent cell is 8 pixels wide: below that nothing is left.</summary>
    public const int Smallest = 8;

    /// <summary>Beyond any encoder and any card; a typing error.</summary>
    public const int Largest = 16_384;

    // Counted from the smallest, so that default(FrameSize) is 8x8 and no value of this type is out of range.
    private readonly int _height, _width;

    /// <exception cref="InputException">A side is out of range.</exception>
    public FrameSize(int height, int width)
    {
        if (height is < Smallest or > Largest || width is < Smallest or > Largest)
            throw new InputException($"a frame of {height}x{width} (height x width) is out of range: each side is {Smallest} to {Largest} pixels, e.g. --image-size 240 426");
        (_height, _width) = (height - Smallest, width - Smallest);
    }

    public int Height => _height + Smallest;
    public int Width => _width + Smallest;

    /// <summary>Bytes of a frame in RGB24.</summary>
    public long Rgb24Bytes => 3L * Height * Width;

    public void Deconstruct(out int height, out int width) => (height, width) = (Height, Width);

    /// <summary>Height x width, e.g. <c>480x854</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    internal static FrameSize Parse(string text)
    {
        string[] sides = text.Split('x');
        return new(int.Parse(sides[0], CultureInfo.InvariantCulture), int.Parse(sides[1], CultureInfo.InvariantCulture));
    }
}
