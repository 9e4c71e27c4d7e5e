using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OpenSora.Cluster.Videos;

/// <summary>What databases do differently.</summary>
/// <param name="Name">For people; no secret in it.</param>
/// <param name="Sequence">The type of a column that counts rows.</param>
/// <param name="LockSchema">Keeps others from changing the tables until the transaction ends.</param>
/// <param name="AtOpen">Settings of a connection; null for none.</param>
/// <param name="StateOf">What a failure says of the database.</param>
internal sealed record SqlDialect(string Name, Func<DbConnection> Create, string Sequence, string LockSchema, string? AtOpen, Func<DbException, DatabaseState> StateOf)
{
    /// <summary>What SQLite calls a full disk, and one on which its index of the log cannot grow: SQLITE_FULL, SQLITE_IOERR_SHMSIZE.</summary>
    private const int Full = 13, IndexCannotGrow = 4874;

    /// <summary>SQLITE_BUSY, _LOCKED, _READONLY, _IOERR, _CANTOPEN, _PROTOCOL: of the disk and of others, not of what was asked.</summary>
    private static readonly int[] s_away = [5, 6, 8, 10, 14, 15];

    /// <summary>The classes 08, 53, 57 and 58 of PostgreSQL's errors, and of class 25 that a server only reads.</summary>
    private static readonly string[] s_classesAway = ["08", "53", "57", "58", PostgresErrorCodes.ReadOnlySqlTransaction];

    /// <summary>A file on this machine. Each write is on disk before it counts as done.</summary>
    public static SqlDialect Sqlite(string file)
    {
        string connection = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30 }.ConnectionString;
        return new SqlDialect(
            file, () => new SqliteConnection(connection), "INTEGER PRIMARY KEY AUTOINCREMENT", "SELECT 1" /* the transaction has it locked */,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
            failure => failure is SqliteException { SqliteErrorCode: Full } or SqliteException { SqliteExtendedErrorCode: IndexCannotGrow } ? DatabaseState.Full
                : failure is SqliteException sqlite && s_away.Contains(sqlite.SqliteErrorCode) ? DatabaseState.Away : DatabaseState.Well);
    }

    /// <summary>A server that several silos may share.</summary>
    /// <param name="connection">As Npgsql reads it, e.g. <c>Host=db;Database=opensora;Username=opensora</c>.</param>
    public static SqlDialect PostgreSql(string connection)
    {
        NpgsqlConnectionStringBuilder parts = new(connection);
        return new SqlDialect(
            $"{parts.Host}/{parts.Database}", () => new NpgsqlConnection(connection), "BIGSERIAL PRIMARY KEY", "SELECT pg_advisory_xact_lock(5784601121)", null,
            failure => failure switch
            {
                PostgresException { SqlState: PostgresErrorCodes.DiskFull } => DatabaseState.Full,
                // It ends, starts, has no room for more connections, or takes no writes for now; or its words did not come through.
                PostgresException server => s_classesAway.Any(kind => server.SqlState.StartsWith(kind, StringComparison.Ordinal)) ? DatabaseState.Away : DatabaseState.Well,
                _ => DatabaseState.Away,
            });
    }
}

/// <summary>Whether a failure is the database's, or that of whoever asked it.</summary>
internal enum DatabaseState
{
    Well,

    /// <summary>There is no room on its disk.</summary>
    Full,

    /// <summary>It does not answer, or takes nothing, for now.</summary>
    Away,
}
