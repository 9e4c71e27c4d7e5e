namespace OpenSora.Video.Writing;

/// <summary>The mark: the program's name in white letters of 5 x 9 dots with a dark rim, see-through elsewhere.</summary>
internal static class WatermarkPicture
{
    private const string Text = "OpenSora.Cluster";
    private const int LetterWidth = 5, LetterHeight = 9, Gap = 1, Margin = 2;
    private const byte LetterOpacity = 220, RimOpacity = 110;

    public static readonly int Width = (Text.Length * (LetterWidth + Gap)) - Gap + (2 * Margin);
    public const int Height = LetterHeight + (2 * Margin);

    /// <summary>Rows of each letter from the top, the leftmost of five dots in the highest bit; the last two are below the line.</summary>
    private static readonly Dictionary<char, byte[]> Letters = new()
    {
        ['O'] = [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110, 0, 0],
        ['S'] = [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110, 0, 0],
        ['C'] = [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110, 0, 0],
        ['a'] = [0, 0, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111, 0, 0],
        ['e'] = [0, 0, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110, 0, 0],
        ['l'] = [0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110, 0, 0],
        ['n'] = [0, 0, 0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0, 0],
        ['o'] = [0, 0, 0b01110, 0b10001, 0b10001, 0b10001, 0b01110, 0, 0],
        ['p'] = [0, 0, 0b11110, 0b10001, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000],
        ['r'] = [0, 0, 0b10110, 0b11001, 0b10000, 0b10000, 0b10000, 0, 0],
        ['s'] = [0, 0, 0b01111, 0b10000, 0b01110, 0b00001, 0b11110, 0, 0],
        ['t'] = [0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0b00100, 0b00011, 0, 0],
        ['u'] = [0, 0, 0b10001, 0b10001, 0b10001, 0b10011, 0b01101, 0, 0],
        ['.'] = [0, 0, 0, 0, 0, 0b01100, 0b01100, 0, 0],
    };

    /// <summary>RGBA, rows from the top, <see cref="Width"/> x <see cref="Height"/> pixels.</summary>
    public static byte[] Draw()
    {
        byte[] rgba = new byte[4 * Width * Height];
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
            {
                Span<byte> pixel = rgba.AsSpan(4 * ((y * Width) + x), 4);
                if (IsDot(x, y))
                    (pixel[0], pixel[1], pixel[2], pixel[3]) = (255, 255, 255, LetterOpacity);
                else if (TouchesDot(x, y))
                    pixel[3] = RimOpacity;
            }
        return rgba;
    }

    private static bool TouchesDot(int x, int y)
    {
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++)
                if (IsDot(x + dx, y + dy))
                    return true;
        return false;
    }

    private static bool IsDot(int x, int y)
    {
        (int letter, int column) = Math.DivRem(x - Margin, LetterWidth + Gap);
        int row = y - Margin;
        return x >= Margin && letter < Text.Length && column < LetterWidth && row is >= 0 and < LetterHeight
            && (Letters[Text[letter]][row] >> (LetterWidth - 1 - column) & 1) != 0;
    }
}
