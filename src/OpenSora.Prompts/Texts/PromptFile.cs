using System.Text;
using OpenSora.Contracts;
using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Texts;

/// <summary>A text file with one prompt a line.</summary>
public static class PromptFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines without spaces around them, empty ones too, from <paramref name="start"/> up to before <paramref name="end"/>.</summary>
    /// <exception cref="InputException">The file cannot be read, or no line is left.</exception>
    public static IReadOnlyList<string> Read(string path, int? start, int? end)
    {
        string[] lines = Lines(path);
        string[] chosen = [.. lines.Take(end ?? lines.Length).Skip(start ?? 0)];
        return chosen.Length > 0
            ? chosen
            : throw new InputException($"--prompt-path {path} has {lines.Length} lines, and none from {start ?? 0} to {end ?? lines.Length}: give other --start-index and --end-index");
    }

    private static string[] Lines(string path)
    {
        try
        {
            return [.. File.ReadLines(path, Strict).Select(PythonText.Strip)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new InputException($"--prompt-path {path} cannot be read: {failure.Message}; give a UTF-8 text file with one prompt a line", failure);
        }
    }
}
