using System.ComponentModel.DataAnnotations;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Settings;
using OpenSora.Telemetry;

namespace OpenSora.Card;

/// <summary>What the environment sets for a card, read once when it starts. No record, for those print all they hold.</summary>
[Variables]
internal sealed class CardSettings
{
    public const string KernelsVariable = "OPENSORA_KERNELS", UnitsVariable = "OPENSORA_UNITS", FaultsVariable = "OPENSORA_FAULTS";

    public MembershipOptions Membership { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>The PostgreSQL database of the cluster, as Npgsql takes it; for <c>--clustering postgres</c> and <c>kubernetes</c>. Default: null (none).</summary>
    [Variable(CardProtocol.DatabaseVariable)]
    public string? Database { get; init; }

    /// <summary>
    /// Our own kernels on the CPU, or <c>plain</c> for torch's only. Last bits depend on them, so cards with other kernels do
    /// not share a clip. Default: best.
    /// </summary>
    [Variable(KernelsVariable)]
    [AllowedValues("best", "avx512", "avx2", "portable", "plain")]
    public string Kernels { get; init; } = "best";

    /// <summary>
    /// The size of the transformer's units. Last bits depend on it, so cards with other sizes do not share a clip. Default: auto, the size
    /// for the kind of device.
    /// </summary>
    [Variable(UnitsVariable)]
    [AllowedValues("auto", "processor", "accelerator")]
    public string Units { get; init; } = "auto";

    /// <summary>What tests break, and when: docs/faults.md. Default: empty (nothing).</summary>
    [Variable(FaultsVariable)]
    public string Faults { get; init; } = "";
}
