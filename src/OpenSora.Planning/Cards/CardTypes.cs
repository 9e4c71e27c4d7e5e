using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace OpenSora.Planning.Cards;

/// <summary>The card types that are known: those that come with the program, and those of the user's file, which win.</summary>
public static class CardTypes
{
    private const string Resource = "OpenSora.Planning.Cards.card-types.yaml";

    /// <param name="file">A file of the same form as ours; null for none.</param>
    /// <exception cref="InputException">The file cannot be read, or an entry lacks its name or memory.</exception>
    public static IReadOnlyList<CardType> Known(string? file)
    {
        using Stream own = typeof(CardTypes).Assembly.GetManifestResourceStream(Resource)!;
        using StreamReader reader = new(own);
        List<CardType> types = Parse(reader.ReadToEnd(), Resource);
        if (file is null)
            return types;
        List<CardType> given = Parse(UserFile.ReadText("--card-types", file), file);
        return [.. given, .. types.Where(type => given.All(other => other.Name != type.Name))];
    }

    /// <exception cref="InputException">There is no such type; the message lists those that there are.</exception>
    public static CardType Named(string name, IReadOnlyList<CardType> known) => known.FirstOrDefault(type => type.Name == name)
        ?? throw new InputException($"--card-type '{name}' is not known: give {string.Join(", ", known.Select(type => type.Name))}, or a file with it as --card-types FILE");

    private static List<CardType> Parse(string yaml, string file)
    {
        try
        {
            IDeserializer deserializer = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
            List<CardType> types = deserializer.Deserialize<List<CardType>>(yaml) ?? [];
            foreach (CardType type in types)
                if (type.Name.Length == 0 || type.MemoryBytes <= 0 || type.CardsPerNode < 1)
                    throw new InputException($"{file}: the card type '{type.Name}' needs a name, memory_bytes above 0 and cards_per_node of at least 1");
            return types;
        }
        catch (YamlException e)
        {
            throw new InputException($"{file} is not a list of card types (line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}); `name`, `memory_bytes` and the other keys are told at the top of ours", e);
        }
    }
}
