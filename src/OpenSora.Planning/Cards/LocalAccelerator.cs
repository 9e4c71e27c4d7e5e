using System.Globalization;
using OpenSora.Contracts;

namespace OpenSora.Planning.Cards;

/// <summary>The first accelerator of this machine as a card type: its vendor's tool tells its name and memory, <c>card-types.yaml</c> the rest.</summary>
public static class LocalAccelerator
{
    /// <summary>What an unknown one is called.</summary>
    public const string Name = "local";

    /// <summary>Assumed of one that is not in the file, as of those that are.</summary>
    private const long ReservedBytes = 1_500_000_000;

    /// <param name="tool">Runs a program and gives what it wrote; null for those of this machine.</param>
    /// <returns>The known type of that name, with the memory that is there; one without speed where the name is not known; null without an accelerator.</returns>
    public static CardType? Detect(IReadOnlyList<CardType> known, Func<string, string[], string>? tool = null)
    {
        tool ??= Tool.Run;
        string[] cuda = tool("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits", "-i", "0"]).Split(", ");
        if (cuda.Length == 2 && long.TryParse(cuda[1], NumberStyles.None, CultureInfo.InvariantCulture, out long mebibytes))
            return Of(cuda[0].Trim(), mebibytes << 20, known);
        string? gcu = tool("efsmi", ["--q", "-i", "0"]).Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith("Dev Name", StringComparison.Ordinal));
        return gcu is null ? null : Of(gcu[(gcu.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(), null, known);
    }

    private static CardType Of(string name, long? memory, IReadOnlyList<CardType> known) =>
        known.FirstOrDefault(type => type.DetectedAs.Contains(name)) is { } type
            ? type with { MemoryBytes = memory ?? type.MemoryBytes, Source = $"detected: {name}; {type.Source}" }
            : memory is { } bytes
                ? new CardType { Name = Name, Title = name, MemoryBytes = bytes, ReservedBytes = ReservedBytes, Source = "name and memory detected; speed, bandwidth and link are not known; reserved is an assumption" }
                : throw new InputException($"the accelerator '{name}' of this machine is not known, and its tool tells no memory: give --card-type, and an entry for it in --card-types FILE with detected_as: [{name}]");
}
