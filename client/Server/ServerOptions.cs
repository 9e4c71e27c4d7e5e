using OpenSora.Contracts.Settings;

namespace OpenSora.Client.Server;

/// <summary>Which service is asked.</summary>
[Variables("OPENSORA_")]
internal sealed record ServerOptions
{
    /// <summary>Its address. Default: http://127.0.0.1:8080.</summary>
    public Uri Server { get; init; } = new("http://127.0.0.1:8080");
}
