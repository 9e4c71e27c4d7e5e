using OpenSora.Contracts.Settings;

namespace OpenSora.Contracts;

/// <summary>Parts of an installation that do not lie where they usually do.</summary>
[Variables("OPENSORA_")]
public sealed record InstallationOptions
{
    /// <summary>The folder with <c>models/demo</c>. Default: null (the first folder above the program that has one).</summary>
    public string? Home { get; init; }

    /// <summary>The folder with <c>dit</c>, <c>t5</c>, <c>vae2d</c> and <c>vae3d</c> for requests that name no checkpoints. Default: null (<c>models/demo</c>).</summary>
    public string? Models { get; init; }

    /// <summary>The card program. Default: null (beside this program, else where <c>dotnet build</c> puts it).</summary>
    public string? Card { get; init; }

    /// <summary>The silo program. Default: null (as for the card program).</summary>
    public string? Silo { get; init; }

    /// <summary>The program that generates. Default: null (as for the card program).</summary>
    public string? Generate { get; init; }
}
