using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OpenSora.Cluster.Videos;

/// <summary>What databases do differently.</summary>
/// <param name="Name">For people; no secret in it.</param>
/// <param name="Sequence">The type of a column that counts rows.</param>
/// <param name="LockSchema">Keeps others from changing the tables until the transaction ends.</param>
/// <param name="AtOpen">Settings of a connection; null for none.</param>
/// <param name="IsFull">Whether a failure says that there is no room on the database's disk; of a server, its own words are enough.</param>
internal sealed record SqlDialect(string Name, Func<DbConnection> Create, string Sequence, string LockSchema, string? AtOpen, Func<DbException, bool> IsFull)
{
    /// <summary>What SQLite calls a full disk, and one on which its index of the log cannot grow: SQLITE_FULL, SQLITE_IOERR_SHMSIZE.</summary>
    private const int Full = 13, IndexCannotGrow = 4874;

    /// <summary>A file on this machine. Each write is on disk before it counts as done.</summary>
    public static SqlDialect Sqlite(string file)
    {
        string connection = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30 }.ConnectionString;
        return new SqlDialect(
            file, () => new SqliteConnection(connection), "INTEGER PRIMARY KEY AUTOINCREMENT", "SELECT 1" /* the transaction has it locked */,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
            failure => failure is SqliteException { SqliteErrorCode: Full } or SqliteException { SqliteExtendedErrorCode: IndexCannotGrow });
    }

    /// <summary>A server that several silos may share.</summary>
    /// <param name="connection">As Npgsql reads it, e.g. <c>Host=db;Database=opensora;Username=opensora</c>.</param>
    public static SqlDialect PostgreSql(string connection)
    {
        NpgsqlConnectionStringBuilder parts = new(connection);
        return new SqlDialect(
            $"{parts.Host}/{parts.Database}", () => new NpgsqlConnection(connection), "BIGSERIAL PRIMARY KEY", "SELECT pg_advisory_xact_lock(5784601121)", null, _ => false);
    }
}
