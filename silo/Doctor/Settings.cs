using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Settings;

namespace OpenSora.Silo.Doctor;

/// <summary>What the environment sets. Names are told, and no values: some are secrets.</summary>
internal static class Settings
{
    public static IEnumerable<Finding> Look() =>
    [
        Finding.Of("settings", () =>
        {
            SiloSettings settings = SettingsReader.Read<SiloSettings>();
            _ = settings.Membership.ReadToken();
            _ = settings.Membership.ReadTls();
            return Finding.Ok("settings", SettingsReader.Names("OPENSORA_") is { Count: > 0 } set ? string.Join(", ", set) : "none");
        }, "unset the variable, or see docs/settings.md"),
    ];
}
