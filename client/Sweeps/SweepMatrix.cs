using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace OpenSora.Client.Sweeps;

/// <summary>
/// What a sweep varies: flags of <c>generate</c> without their dashes, and the values of each. Its cells are all combinations.
/// Flags that take several words (prompts) have one value of several words.
/// </summary>
internal sealed class SweepMatrix
{
    /// <summary>Resolutions and lengths of the original's table of what it can do.</summary>
    public const string OpenSoraTable = "opensora-table";

    private const int Most = 10_000;

    /// <summary>In the order of their names, so that the same cell has the same name whichever way it was asked for.</summary>
    private readonly SortedDictionary<string, string[][]> _flags = new(StringComparer.Ordinal);

    /// <summary>A matrix that comes with the program.</summary>
    /// <exception cref="InputException">There is no such preset.</exception>
    public static SweepMatrix Preset(string name)
    {
        if (name != OpenSoraTable)
            throw new InputException($"--preset '{name}' is not known: give {OpenSoraTable}");
        SweepMatrix matrix = new();
        matrix.Vary("resolution", ["240p", "360p", "480p", "720p"]);
        matrix.Vary("num-frames", ["1", "2s", "4s", "8s", "16s"]);
        return matrix;
    }

    /// <summary>Puts the <c>flags</c> and <c>vary</c> of a YAML file in the place of those that are here.</summary>
    /// <exception cref="InputException">It cannot be read, or says something else.</exception>
    public void Read(string file)
    {
        Document document;
        try
        {
            document = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<Document?>(UserFile.ReadText("--matrix", file)) ?? new Document();
        }
        catch (YamlException e)
        {
            throw new InputException($"--matrix {file} is no matrix (line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}): it has `flags`, each with its value, and `vary`, each with a list of values", e);
        }
        if (document.Flags.Keys.FirstOrDefault(document.Vary.ContainsKey) is { } both)
            throw new InputException($"--matrix {file} has {both} in `flags` and in `vary`: leave out one of them");
        foreach ((string flag, string value) in document.Flags)
            Vary(flag, [value]);
        foreach ((string flag, List<string> values) in document.Vary)
            Vary(flag, [.. values]);
    }

    /// <summary>One value for all cells.</summary>
    public void Set(string flag, string[] words) => _flags[flag] = [words];

    /// <summary>A value of one word for each cell; the same one twice counts once.</summary>
    /// <exception cref="InputException">No value, or a size that is none.</exception>
    public void Vary(string flag, string[] values)
    {
        if (values.Length == 0 || values.Any(string.IsNullOrWhiteSpace))
            throw new InputException($"--{flag} has an empty value: give one or more, separated by commas");
        _flags[flag] = [.. values.Distinct(StringComparer.Ordinal).Select(value => flag == "image-size" ? Size(value) : [value])];
    }

    public bool Has(string flag) => _flags.ContainsKey(flag);

    /// <summary>Whether a flag has a word in any cell.</summary>
    public bool Takes(string flag, string word) => _flags.TryGetValue(flag, out string[][]? values) && values.Any(words => words.Contains(word));

    /// <summary>
    /// Where the number of cards varies and threads were not asked for: every card of every cell gets the threads that it has with
    /// the most cards. With others it has another speed and other last bits, and nothing could be said of how cards scale.
    /// </summary>
    /// <param name="cores">Of the machine that has the cards.</param>
    /// <returns>The threads; null when nothing was changed.</returns>
    public int? EvenThreads(int cores)
    {
        if (Has("threads") || !_flags.TryGetValue("cards", out string[][]? cards) || cards.Length < 2)
            return null;
        int threads = Math.Max(1, cores / Math.Max(1, cards.Max(value => int.TryParse(value[0], out int count) ? count : 1)));
        Set("threads", [threads.ToString(CultureInfo.InvariantCulture)]);
        return threads;
    }

    /// <summary>The flags of any cell, dashes left out.</summary>
    public IEnumerable<string> Flags => _flags.Keys;

    /// <summary>All combinations, in order.</summary>
    /// <exception cref="InputException">They are too many.</exception>
    public IReadOnlyList<SweepCell> Cells()
    {
        double count = _flags.Values.Aggregate(1.0, (product, values) => product * values.Length);
        if (count > Most)
            throw new InputException($"the matrix has {count:0} cells: {Most} is the most");
        IEnumerable<IReadOnlyList<KeyValuePair<string, string[]>>> all = [[]];
        foreach ((string flag, string[][] values) in _flags)
            all = [.. all.SelectMany(cell => values.Select(value => (IReadOnlyList<KeyValuePair<string, string[]>>)[.. cell, new(flag, value)]))];
        return [.. all.Select(flags => new SweepCell(flags))];
    }

    private static string[] Size(string value) => value.Split('x') is [_, _] both
        ? both
        : throw new InputException($"--image-size '{value}' is no size: give HEIGHTxWIDTH, e.g. --image-size 144x256,240x426");

    private sealed class Document
    {
        public Dictionary<string, string> Flags { get; set; } = [];
        public Dictionary<string, List<string>> Vary { get; set; } = [];
    }
}
