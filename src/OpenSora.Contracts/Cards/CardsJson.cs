using System.Text.Json.Serialization;

namespace OpenSora.Contracts.Cards;

/// <summary>How tasks, replies and descriptions of cards are written as JSON: camel case, numbers exact, no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CardTask))]
[JsonSerializable(typeof(CardReply))]
[JsonSerializable(typeof(CardDescription))]
[JsonSerializable(typeof(CardHealth))]
public sealed partial class CardsJson : JsonSerializerContext;
