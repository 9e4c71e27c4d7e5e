using System.Text.Json.Serialization;

namespace OpenSora.Contracts.Diagnosis;

/// <summary>How far something that was looked at serves.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Health>))]
public enum Health
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>A generation works; it is slower than it need be, or something beside it would not work.</summary>
    [JsonStringEnumMemberName("weak")]
    Weak,

    /// <summary>A generation would not work.</summary>
    [JsonStringEnumMemberName("broken")]
    Broken,
}
