using System.ComponentModel.DataAnnotations;
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

    /// <summary>
    /// Gigabytes of results (features of texts, starts, steps) that later jobs of an owner may take, of each owner; 0 keeps none. Default: 0.
    /// </summary>
    [Variable("OPENSORA_RESULTS")]
    [Range(0.0, 1_000_000)]
    public double Results { get; init; }

    /// <summary>As these say.</summary>
    public string Root => State ?? Path.Combine(
        XdgStateHome ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"), "opensora");
}
