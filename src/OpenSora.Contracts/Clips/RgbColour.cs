using System.Globalization;

namespace OpenSora.Contracts.Clips;

/// <summary>A colour with 8 bits a channel.</summary>
public readonly record struct RgbColour(byte Red, byte Green, byte Blue)
{
    /// <summary>Reads <c>black</c>, <c>white</c> or <c>#RRGGBB</c>; null is black.</summary>
    /// <exception cref="InputException">Another word.</exception>
    public static RgbColour Parse(string? text) => text switch
    {
        null or "black" => new(0, 0, 0),
        "white" => new(255, 255, 255),
        ['#', .. { Length: 6 } digits] when int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rgb) => new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb),
        _ => throw new InputException($"--reference-background '{text}' is no colour: give black, white or #RRGGBB, e.g. #808080"),
    };

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => (Red, Green, Blue) switch
    {
        (0, 0, 0) => "black",
        (255, 255, 255) => "white",
        _ => string.Create(CultureInfo.InvariantCulture, $"#{Red:x2}{Green:x2}{Blue:x2}"),
    };
}
