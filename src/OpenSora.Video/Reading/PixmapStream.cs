using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;

namespace OpenSora.Video.Reading;

/// <summary>A row of pictures as ffmpeg writes them one after the other: PPM (P6), or PAM (P7) with alpha; 8 bits a channel.</summary>
internal static class PixmapStream
{
    private const int LongestWord = 12;
    private const long LargestPicture = 1L << 30;

    /// <summary>The next picture; null at the end, also when the stream ends within a picture.</summary>
    /// <param name="background">What is seen through transparent pixels.</param>
    /// <param name="isTransparent">Set when there are such pixels.</param>
    /// <exception cref="InputException">A picture of more than 1 GiB.</exception>
    /// <exception cref="InvalidDataException">The stream holds something else.</exception>
    public static RgbImage? Next(Stream stream, string path, RgbColour background, ref bool isTransparent)
    {
        if (Word(stream) is not { } magic)
            return null;
        (int width, int height, int channels, int largest) = magic switch
        {
            "P6" => (Number(Word(stream)), Number(Word(stream)), 3, Number(Word(stream))),
            "P7" => Pam(stream),
            _ => throw new InvalidDataException($"'{magic}' where a picture begins"),
        };
        if (largest != byte.MaxValue)
            throw new InvalidDataException($"{largest} as the largest value of a picture with 8 bits a channel");
        Check(path, width, height);
        byte[] pixels = new byte[3 * width * height];
        return (channels == 4 ? ReadOver(stream, pixels, width, background, ref isTransparent) : IsFilled(stream, pixels)) ? new RgbImage(width, height, pixels) : null;
    }

    /// <exception cref="InputException">More than 1 GiB.</exception>
    public static void Check(string path, int width, int height)
    {
        if (3L * width * height > LargestPicture)
            throw new TooLargeException($"{path} has pictures of {width} x {height} pixels: give one of at most 1 GiB as RGB, {LargestPicture / 3} pixels");
    }

    private static bool IsFilled(Stream stream, Span<byte> bytes) => stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;

    /// <summary>Lays RGBA rows on the background.</summary>
    private static bool ReadOver(Stream stream, byte[] pixels, int width, RgbColour background, ref bool isTransparent)
    {
        byte[] row = new byte[4 * width], below = [background.Red, background.Green, background.Blue];
        for (int at = 0; at < pixels.Length;)
        {
            if (!IsFilled(stream, row))
                return false;
            for (int x = 0; x < row.Length; x += 4)
            {
                isTransparent |= row[x + 3] < byte.MaxValue;
                for (int channel = 0; channel < 3; channel++)
                    pixels[at++] = (byte)((row[x + channel] * row[x + 3] + below[channel] * (255 - row[x + 3]) + 127) / 255);
            }
        }
        return true;
    }

    /// <summary>The header of a picture with alpha: names and values, in any order.</summary>
    private static (int Width, int Height, int Channels, int Largest) Pam(Stream stream)
    {
        Dictionary<string, string?> fields = [];
        while (Word(stream) is { } name and not "ENDHDR")
            fields[name] = Word(stream);
        return fields.GetValueOrDefault("TUPLTYPE") is "RGB_ALPHA"
            ? (Number(fields.GetValueOrDefault("WIDTH")), Number(fields.GetValueOrDefault("HEIGHT")), 4, Number(fields.GetValueOrDefault("MAXVAL")))
            : throw new InvalidDataException($"a picture of the type '{fields.GetValueOrDefault("TUPLTYPE")}'");
    }

    private static int Number(string? word) => int.Parse(word ?? "", NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Up to the next white space, which is taken as well; null at the end.</summary>
    private static string? Word(Stream stream)
    {
        Span<char> word = stackalloc char[LongestWord];
        for (int length = 0; length < LongestWord; length++)
        {
            int next = stream.ReadByte();
            if (next < 0)
                return null;
            if (char.IsWhiteSpace((char)next))
                return word[..length].ToString();
            word[length] = (char)next;
        }
        throw new InvalidDataException($"'{word}' where a picture begins");
    }
}
