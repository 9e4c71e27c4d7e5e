using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenSora.Prompts.Plans;

/// <summary>Names of result files, without extension (<c>get_save_path_name</c> of Open-Sora 1.2).</summary>
public static class OutputName
{
    /// <summary>The longest file name that file systems take, in bytes, less room for number and extension.</summary>
    private const int Longest = 200;

    private const int HashLength = 8;

    /// <param name="folder">Where the file goes.</param>
    /// <param name="name">First part; null for <c>sample</c>, or nothing when the prompt is the name.</param>
    /// <param name="index">Number of the prompt.</param>
    /// <param name="prompt">The prompt, when it is to be the name.</param>
    /// <param name="samples">Videos of each prompt; with more than one, <paramref name="sample"/> is appended.</param>
    public static string Of(string folder, string? name, int index, string? prompt, int samples = 1, int sample = 0)
    {
        string first = name ?? (prompt is null ? "sample" : "");
        string second = prompt is null ? "_" + index.ToString("D4", CultureInfo.InvariantCulture) : Safe(prompt);
        string path = Path.Combine(folder, first + second);
        return samples == 1 ? path : $"{path}-{sample}";
    }

    /// <summary>
    /// A prompt as one file name: no separators or control characters, not too long, never hidden or a parent folder. What
    /// is cut ends in a piece of the hash of the whole: two prompts with the same beginning must not share a file.
    /// </summary>
    private static string Safe(string prompt)
    {
        string name = string.Concat(prompt.Select(c => c is '/' or '\\' || char.IsControl(c) ? '_' : c));
        if (Encoding.UTF8.GetByteCount(name) > Longest)
            name = $"{Beginning(name, Longest - 1 - HashLength)}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prompt)))[..HashLength]}";
        return name.Trim('.', ' ').Length == 0 ? "_" : name;
    }

    /// <summary>As many whole characters as fit into so many bytes of UTF-8.</summary>
    private static string Beginning(string text, int bytes)
    {
        StringBuilder beginning = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
                break;
            beginning.Append(rune.ToString());
        }
        return beginning.ToString();
    }
}
