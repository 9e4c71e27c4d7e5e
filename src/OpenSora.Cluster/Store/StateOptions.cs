using OpenSora.Contracts.Settings;

namespace OpenSora.Cluster.Store;

/// <summary>Where jobs are kept.</summary>
[Variables]
public sealed record StateOptions
{
    /// <summary>The folder of all that is kept. Default: null (<c>opensora</c> in <see cref="XdgStateHome"/>).</summary>
    [Variable("OPENSORA_STATE")]
    public string? State { get; init; }

    /// <summary>Where the user's programs keep such things. Default: null (<c>~/.local/state</c>).</summary>
    public string? XdgStateHome { get; init; }

    /// <summary>As these say.</summary>
    public string Root => State ?? Path.Combine(
        XdgStateHome ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"), "opensora");
}
