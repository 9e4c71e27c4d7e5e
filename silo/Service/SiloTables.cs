using System.Data.Common;
using Npgsql;
using OpenSora.Contracts;
using OpenSora.Hosting;

namespace OpenSora.Silo.Service;

/// <summary>
/// The tables in PostgreSQL by which silos find each other and each other's grains. Orleans reads and writes them through the statements in
/// <c>OrleansQuery</c> alone, whose names, parameters and columns are its contract; the tables are our own.
/// </summary>
/// <param name="connection">As Npgsql reads it.</param>
internal sealed class SiloTables(string connection)
{
    private const string Here = "cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation";

    private const string Members = """
        SELECT v.cluster AS DeploymentId, s.address, s.port, s.generation, s.name AS SiloName, s.host AS HostName, s.status, s.gateway AS ProxyPort,
            s.suspected AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, v.version
        FROM opensora_silo_versions v LEFT JOIN opensora_silos s ON s.cluster = v.cluster
        """;

    // A change of a member and of the version of the whole table is one, or none: each statement does both.
    private static readonly (string Key, string Text)[] Statements =
    [
        ("InsertMembershipVersionKey", """
            WITH added AS (INSERT INTO opensora_silo_versions (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::int FROM added
            """),
        ("InsertMembershipKey", $"""
            WITH next AS (
                UPDATE opensora_silo_versions SET version = version + 1
                WHERE cluster = @DeploymentId AND version = @Version AND NOT EXISTS (SELECT 1 FROM opensora_silos WHERE {Here}) RETURNING 1),
            added AS (
                INSERT INTO opensora_silos (cluster, address, port, generation, name, host, status, gateway, started, alive)
                SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM next RETURNING 1)
            SELECT count(*)::int FROM added
            """),
        ("UpdateMembershipKey", $"""
            WITH next AS (
                UPDATE opensora_silo_versions SET version = version + 1
                WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (SELECT 1 FROM opensora_silos WHERE {Here}) RETURNING 1),
            changed AS (
                UPDATE opensora_silos SET status = @Status, suspected = @SuspectTimes, alive = @IAmAliveTime WHERE {Here} AND EXISTS (SELECT 1 FROM next) RETURNING 1)
            SELECT count(*)::int FROM changed
            """),
        ("UpdateIAmAlivetimeKey", $"UPDATE opensora_silos SET alive = @IAmAliveTime WHERE {Here}"),
        ("MembershipReadRowKey", $"{Members} AND s.address = @Address AND s.port = @Port AND s.generation = @Generation WHERE v.cluster = @DeploymentId"),
        ("MembershipReadAllKey", $"{Members} WHERE v.cluster = @DeploymentId"),
        ("GatewaysQueryKey", "SELECT address, gateway AS ProxyPort, generation FROM opensora_silos WHERE cluster = @DeploymentId AND status = @Status AND gateway > 0"),
        ("DeleteMembershipTableEntriesKey", """
            DELETE FROM opensora_silos WHERE cluster = @DeploymentId;
            DELETE FROM opensora_silo_versions WHERE cluster = @DeploymentId
            """),
        ("CleanupDefunctSiloEntriesKey", $"DELETE FROM opensora_silos WHERE cluster = @DeploymentId AND alive < @IAmAliveTime AND status <> {Active}"),
    ];

    /// <summary>Of a silo that does its work, in Orleans' numbers.</summary>
    private const int Active = 3;

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="InputException">The database cannot be used.</exception>
    public async Task Create()
    {
        try
        {
            await using NpgsqlConnection database = await Open();
            await using NpgsqlTransaction transaction = await database.BeginTransactionAsync();
            await using NpgsqlBatch batch = new(database, transaction);
            foreach (string text in new[]
            {
                "SELECT pg_advisory_xact_lock(5784601122)",
                "CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL)",
                "CREATE TABLE IF NOT EXISTS opensora_silo_versions (cluster text PRIMARY KEY, version int NOT NULL DEFAULT 0)",
                """
                CREATE TABLE IF NOT EXISTS opensora_silos (
                    cluster text NOT NULL, address text NOT NULL, port int NOT NULL, generation int NOT NULL, name text NOT NULL, host text NOT NULL,
                    status int NOT NULL, gateway int, suspected text, started timestamptz NOT NULL, alive timestamptz NOT NULL, PRIMARY KEY (cluster, address, port, generation))
                """,
                GrainTable.Definition,
            })
                batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
            foreach ((string key, string text) in Statements)
                batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ($1, $2) ON CONFLICT (QueryKey) DO UPDATE SET QueryText = $2")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = key }, new NpgsqlParameter<string> { TypedValue = text } },
                });
            await batch.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
        catch (Exception failure) when (failure is DbException or IOException or System.Net.Sockets.SocketException or ArgumentException)
        {
            throw new InputException($"the database that the silos find each other by cannot be used: {failure.Message}", failure);
        }
    }

    private async Task<NpgsqlConnection> Open()
    {
        NpgsqlConnection database = new(connection);
        await database.OpenAsync();
        return database;
    }
}
