using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Planning;

/// <summary>A cluster to be simulated: the flags of <c>opensora simulate</c>.</summary>
public sealed record SimulationRequest
{
    /// <summary>The clip of the scaling curve; its cards are those of one job of the service. Prompts are not looked at.</summary>
    public required GenerationRequest Generation { get; init; }

    /// <summary><c>calibration</c>, <c>scaling</c>, <c>units</c>, <c>service</c>, <c>sharing</c> or <c>all</c>, which is all but that. Default: all.</summary>
    public string Scenario { get; init; } = "all";

    /// <summary>Name of a card type whose speed is known. Default: h100-80g.</summary>
    public string CardType { get; init; } = "h100-80g";

    /// <summary>A YAML file of card types that is read in addition to the one that comes with the program. Default: null.</summary>
    public string? CardTypes { get; init; }

    /// <summary>Cards of the service. Range: 1 to 65536. Default: 1024.</summary>
    public int ClusterCards { get; init; } = 1024;

    /// <summary>Jobs that the service is given at each load. Range: 1 to 1000000. Default: 20000.</summary>
    public int Jobs { get; init; } = 20_000;

    /// <summary>Failures of one card in a day. Range: 0 and more. Default: 0.01.</summary>
    public double FailuresPerCardDay { get; init; } = 0.01;

    /// <summary>Tokens of the prompt. Default: 100.</summary>
    public int TextLength { get; init; } = 100;
}
