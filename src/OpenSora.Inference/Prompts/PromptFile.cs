using OpenSora.Contracts;

namespace OpenSora.Inference.Prompts;

/// <summary>A text file with one prompt a line.</summary>
public static class PromptFile
{
    /// <summary>The lines without spaces around them, empty ones too, from <paramref name="start"/> up to before <paramref name="end"/>.</summary>
    /// <exception cref="InputException">The file cannot be read, or no line is left.</exception>
    public static IReadOnlyList<string> Read(string path, int? start, int? end)
    {
        if (!File.Exists(path))
            throw new InputException($"--prompt-path {path} does not exist: give a text file with one prompt a line");
        string[] lines = [.. File.ReadLines(path).Select(line => line.Trim())];
        string[] chosen = lines[Math.Min(start ?? 0, lines.Length)..Math.Min(end ?? lines.Length, lines.Length)];
        return chosen.Length > 0
            ? chosen
            : throw new InputException($"--prompt-path {path} has {lines.Length} lines, and none from {start ?? 0} to {end ?? lines.Length}: give other --start-index and --end-index");
    }
}
