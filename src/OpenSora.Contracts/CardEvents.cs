using System.Text.Json;
using System.Text.Json.Serialization;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Contracts.Profiling;
using OpenSora.Contracts.Verification;

namespace OpenSora.Contracts;

/// <summary>
/// What a card process says while it works: one JSON object a line on its standard output. The last one is
/// <see cref="Generated"/>, <see cref="Verified"/>, <see cref="Profiled"/>, <see cref="Diagnosed"/> or <see cref="Failed"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Began), "began")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Notice), "notice")]
[JsonDerivedType(typeof(CaseVerified), "case")]
[JsonDerivedType(typeof(PassDone), "pass")]
[JsonDerivedType(typeof(Generated), "generated")]
[JsonDerivedType(typeof(Verified), "verified")]
[JsonDerivedType(typeof(Profiled), "profiled")]
[JsonDerivedType(typeof(Found), "found")]
[JsonDerivedType(typeof(Diagnosed), "diagnosed")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record CardEvent;

/// <summary>A job begins; <c>generate --resume</c> takes its name.</summary>
public sealed record Began(string Job) : CardEvent;

/// <summary>Step <paramref name="Done"/> of <paramref name="Total"/> of a stage is complete.</summary>
/// <param name="Item">Which video, e.g. <c>sample 2 of 4</c>; null for the only one.</param>
public sealed record Progress(string Stage, int Done, int Total, string? Item) : CardEvent;

/// <summary>A line for the user.</summary>
public sealed record Notice(string Message) : CardEvent;

/// <summary>One golden case was compared.</summary>
public sealed record CaseVerified(VerifiedCase Case) : CardEvent;

/// <summary>The request is done once, of several times, and not for the last time.</summary>
public sealed record PassDone(GenerationReport Report) : CardEvent;

/// <summary>The request is done.</summary>
public sealed record Generated(GenerationReport Report) : CardEvent;

/// <summary>All cases were compared.</summary>
public sealed record Verified(VerificationReport Report) : CardEvent;

/// <summary>The network was timed.</summary>
public sealed record Profiled(ProfileReport Report) : CardEvent;

/// <summary>Something was looked at.</summary>
public sealed record Found(Finding Finding) : CardEvent;

/// <summary>All was looked at that this process can.</summary>
/// <param name="Devices">Those that can be tried; a silo has none.</param>
public sealed record Diagnosed(IReadOnlyList<string> Devices) : CardEvent;

/// <summary>The request failed. <paramref name="ExitCode"/>: see <see cref="Contracts.ExitCode"/>.</summary>
public sealed record Failed(int ExitCode, string Message) : CardEvent;

/// <summary>How requests, events and reports are written as JSON: camel case, numbers exact, no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GenerationRequest))]
[JsonSerializable(typeof(GenerationOrder))]
[JsonSerializable(typeof(VerificationRequest))]
[JsonSerializable(typeof(CardEvent))]
[JsonSerializable(typeof(GenerationReport))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(VerificationReport))]
[JsonSerializable(typeof(PlanReport))]
[JsonSerializable(typeof(SimulationReport))]
[JsonSerializable(typeof(ProfileRequest))]
[JsonSerializable(typeof(ProfileReport))]
[JsonSerializable(typeof(DiagnosisRequest))]
[JsonSerializable(typeof(DiagnosisReport))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>For people: the same, indented.</summary>
    public static ContractsJson Indented { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
