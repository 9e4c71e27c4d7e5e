using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;

namespace OpenSora.Video.Reading;

/// <summary>A row of binary PPM pictures (P6, 8 bits a channel), as ffmpeg writes them one after the other.</summary>
internal static class PpmStream
{
    private const int LongestWord = 12;
    private const long LargestPicture = 1L << 30;

    /// <summary>The next picture; null at the end, also when the stream ends within a picture.</summary>
    /// <exception cref="InputException">A picture of more than 1 GiB.</exception>
    /// <exception cref="InvalidDataException">The stream holds something else.</exception>
    public static RgbImage? Next(Stream stream, string path)
    {
        if (Word(stream) is not { } magic)
            return null;
        if (magic != "P6")
            throw new InvalidDataException($"'{magic}' where a picture begins");
        int width = Number(stream), height = Number(stream), largest = Number(stream);
        if (largest != byte.MaxValue)
            throw new InvalidDataException($"{largest} as the largest value of a picture with 8 bits a channel");
        if (3L * width * height > LargestPicture)
            throw new InputException($"{path} has pictures of {width} x {height} pixels: give one of at most 1 GiB as RGB, {LargestPicture / 3} pixels");
        byte[] pixels = new byte[3 * width * height];
        return stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false) == pixels.Length ? new RgbImage(width, height, pixels) : null;
    }

    private static int Number(Stream stream) => int.Parse(Word(stream) ?? "", NumberStyles.None, CultureInfo.InvariantCulture);

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
