using System.Text.Json.Serialization;

namespace OpenSora.Contracts.Cards;

/// <summary>How tasks, replies and registrations are written as JSON: camel case, numbers exact, no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CardTask))]
[JsonSerializable(typeof(ReferenceFrame))]
[JsonSerializable(typeof(CardReply))]
[JsonSerializable(typeof(CardRegistration))]
[JsonSerializable(typeof(CardHeartbeat))]
[JsonSerializable(typeof(CardHealth))]
public sealed partial class CardsJson : JsonSerializerContext;
