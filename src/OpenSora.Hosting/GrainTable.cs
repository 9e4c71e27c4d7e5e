using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Orleans.GrainDirectory;

namespace OpenSora.Hosting;

/// <summary>
/// Where the grains of several coordinators are: a table of their database, which the first of them makes. Each change is one statement,
/// so that one activation of a grain is registered at a time. Thread-safe.
/// </summary>
/// <param name="connection">As Npgsql takes it.</param>
/// <param name="cluster">The name of the cluster, as in Orleans' options.</param>
public sealed class GrainTable(string connection, string cluster) : IGrainDirectory, IDisposable
{
    /// <summary>Makes the table.</summary>
    public const string Definition = """
        CREATE TABLE IF NOT EXISTS opensora_grains (
            cluster text NOT NULL, grain text NOT NULL, activation text NOT NULL, silo text NOT NULL, entry text NOT NULL, PRIMARY KEY (cluster, grain))
        """;

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(connection);

    public Task<GrainAddress?> Register(GrainAddress address) => Register(address, null);

    public async Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress)
    {
        string? registered = await Ask("""
            INSERT INTO opensora_grains AS known (cluster, grain, activation, silo, entry) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (cluster, grain) DO UPDATE SET activation = $3, silo = $4, entry = $5 WHERE known.activation = $6
            RETURNING entry
            """,
            cluster, address.GrainId.ToString(), address.ActivationId.ToString(), Name(address.SiloAddress!), JsonSerializer.Serialize(address), previousAddress?.ActivationId.ToString() ?? "");
        return registered is not null ? address : await Lookup(address.GrainId);
    }

    public async Task<GrainAddress?> Lookup(GrainId grainId) =>
        await Ask("SELECT entry FROM opensora_grains WHERE cluster = $1 AND grain = $2", cluster, grainId.ToString()) is { } entry
            ? JsonSerializer.Deserialize<GrainAddress>(entry)
            : null;

    public Task Unregister(GrainAddress address) =>
        Ask("DELETE FROM opensora_grains WHERE cluster = $1 AND grain = $2 AND activation = $3", cluster, address.GrainId.ToString(), address.ActivationId.ToString());

    public async Task UnregisterSilos(List<SiloAddress> siloAddresses)
    {
        foreach (SiloAddress silo in siloAddresses)
            await Ask("DELETE FROM opensora_grains WHERE cluster = $1 AND silo = $2", cluster, Name(silo));
    }

    public void Dispose() => _database.Dispose();

    private static string Name(SiloAddress silo) => silo.ToParsableString();

    /// <returns>The first column of the first row; null when there is none.</returns>
    private async Task<string?> Ask(string statement, params string[] values)
    {
        try
        {
            await using NpgsqlCommand command = _database.CreateCommand(statement);
            foreach (string value in values)
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            return (string?)await command.ExecuteScalarAsync();
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            throw new OrleansException($"the table of grains cannot be used: {failure.Message}", failure);
        }
    }
}
