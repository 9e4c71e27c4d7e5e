using System.Text;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Texts;

/// <summary>A text with one prompt a line; lines that are blank are none.</summary>
public static class PromptFile
{
    /// <summary>By the mark that a file begins with; the first is for files without one.</summary>
    private static readonly Encoding[] Encodings =
    [
        new UTF8Encoding(true, throwOnInvalidBytes: true),
        new UTF32Encoding(bigEndian: false, true, throwOnInvalidCharacters: true),
        new UTF32Encoding(bigEndian: true, true, throwOnInvalidCharacters: true),
        new UnicodeEncoding(bigEndian: false, true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, true, throwOnInvalidBytes: true),
    ];

    /// <summary>The prompts of a file, without spaces around them, from <paramref name="start"/> up to before <paramref name="end"/>.</summary>
    /// <exception cref="InputException">The file cannot be read, or no prompt is left.</exception>
    public static IReadOnlyList<string> Read(string path, int? start, int? end) => Parse(UserFile.Read("--prompt-path", path, UserFile.MostOfText), path, start, end);

    /// <summary>The same of what a file holds.</summary>
    /// <param name="name">Of the file, for errors.</param>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<string> Parse(ReadOnlySpan<byte> content, string name, int? start, int? end)
    {
        string[] prompts = [.. Lines(Decode(content, name)).Select(PythonText.Strip).Where(line => line.Length > 0)];
        if (prompts.Length == 0)
            throw new InputException($"--prompt-path {name} holds no prompt: give a text with one prompt a line; blank lines are none");
        string[] chosen = [.. prompts.Take(end ?? prompts.Length).Skip(start ?? 0)];
        return chosen.Length > 0
            ? chosen
            : throw new InputException($"--prompt-path {name} has {prompts.Length} prompts, and none from {start ?? 0} to {end ?? prompts.Length}: give other --start-index and --end-index");
    }

    private static string Decode(ReadOnlySpan<byte> content, string name)
    {
        Encoding encoding = Encodings[0];
        foreach (Encoding marked in Encodings)
            if (content.StartsWith(marked.Preamble))
            {
                encoding = marked;
                content = content[marked.Preamble.Length..];
                break;
            }
        try
        {
            string text = encoding.GetString(content);
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new InputException($"--prompt-path {name} holds NUL characters, as UTF-16 without a byte order mark does: give a UTF-8 text file with one prompt a line")
                : text;
        }
        catch (DecoderFallbackException failure)
        {
            throw new InputException($"--prompt-path {name} cannot be read as {encoding.WebName}: {failure.Message}; give a UTF-8 text file with one prompt a line", failure);
        }
    }

    /// <summary>Lines end with LF, CR LF or CR, as Python reads them.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        using StringReader reader = new(text);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
