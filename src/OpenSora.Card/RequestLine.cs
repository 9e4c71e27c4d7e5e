using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Card.Doctor;
using OpenSora.Contracts;

namespace OpenSora.Card;

/// <summary>The commands of a card that answer one request of the command line.</summary>
internal static class RequestLine
{
    public static bool Knows(string command) => command is "verify" or "profile" or "doctor";

    /// <param name="json">The request, a line of JSON.</param>
    /// <exception cref="InputException">The request cannot be done as it is.</exception>
    public static CardEvent Run(string command, string json, CardSettings settings, EventWriter events, CancellationToken cancel) => command switch
    {
        "verify" => VerifyTask.Run(Read(json, ContractsJson.Default.VerificationRequest), settings, events, cancel),
        "doctor" => DoctorTask.Run(Read(json, ContractsJson.Default.DiagnosisRequest), settings, events, cancel),
        _ => ProfileTask.Run(Read(json, ContractsJson.Default.ProfileRequest), events, cancel),
    };

    private static T Read<T>(string json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InputException("the request is empty");
        }
        catch (JsonException error)
        {
            throw new InputException($"the request is not valid JSON: {error.Message}", error);
        }
    }
}
