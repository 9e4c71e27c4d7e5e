using System.Data.Common;
using System.Text.Json;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Videos;
using Orleans.Storage;

namespace OpenSora.Cluster.Videos;

/// <summary>Videos in a table of a SQL database: one JSON document each, and beside it what is looked up.</summary>
internal sealed class SqlVideoStore(SqlDialect dialect) : IVideoStore
{
    /// <summary>Raised whenever the tables change; <see cref="Open"/> then gets one more step.</summary>
    private const long Schema = 3;

    /// <summary>The status of a row of which nothing but its place is left: whoever goes through a list goes on from there.</summary>
    private const string Removed = "Removed";

    public async Task Open(CancellationToken cancel)
    {
        try
        {
            await using DbConnection connection = await Connect(cancel);
            await using DbTransaction transaction = await connection.BeginTransactionAsync(cancel);
            await Run(connection, dialect.LockSchema, cancel);
            await Run(connection, "CREATE TABLE IF NOT EXISTS opensora_schema (version BIGINT NOT NULL)", cancel);
            long version = await Scalar(connection, "SELECT COALESCE(MAX(version), 0) FROM opensora_schema", cancel);
            if (version > Schema)
                throw new InputException($"the database of {dialect.Name} is of version {version}, this program knows {Schema}: run a newer one, or name another database");
            if (version < 1)
                await Run(connection, $"""
                    CREATE TABLE opensora_videos (
                        sequence {dialect.Sequence},
                        id TEXT NOT NULL UNIQUE,
                        owner TEXT NOT NULL,
                        idempotency_key TEXT,
                        is_over BIGINT NOT NULL,
                        version BIGINT NOT NULL,
                        document TEXT NOT NULL,
                        UNIQUE (owner, idempotency_key));
                    CREATE INDEX opensora_videos_of_owner ON opensora_videos (owner, sequence);
                    CREATE INDEX opensora_videos_unfinished ON opensora_videos (is_over, sequence);
                    INSERT INTO opensora_schema (version) VALUES (1)
                    """, cancel);
            if (version < 2)
                await Run(connection, """
                    CREATE TABLE opensora_folder (one BIGINT PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL);
                    INSERT INTO opensora_schema (version) VALUES (2)
                    """, cancel);
            if (version < 3)
            {
                await Run(connection, """
                    ALTER TABLE opensora_videos ADD COLUMN status TEXT NOT NULL DEFAULT '';
                    INSERT INTO opensora_schema (version) VALUES (3)
                    """, cancel);
                foreach (VideoRow row in await Read(connection, "status = ''", [], cancel))
                    await Run(connection, "UPDATE opensora_videos SET status = @status WHERE id = @id", cancel, [("status", StatusOf(row)), ("id", row.Video.Id)]);
            }
            CrashPoint.Pass();
            await transaction.CommitAsync(cancel);
            CrashPoint.Pass();
        }
        catch (Exception failure) when (failure is DbException or IOException or System.Net.Sockets.SocketException)
        {
            throw new InputException($"the database of {dialect.Name} cannot be used: {failure.Message}", failure);
        }
    }

    public Task<string> Claim(string folder, CancellationToken cancel) => Ask(async connection =>
    {
        await using DbCommand claim = Command(connection, "INSERT INTO opensora_folder (one, id) VALUES (1, @id) ON CONFLICT DO NOTHING", [("id", folder)]);
        await Change(claim, cancel);
        await using DbCommand select = Command(connection, "SELECT id FROM opensora_folder", []);
        return (string)(await select.ExecuteScalarAsync(cancel))!;
    }, cancel);

    public Task<bool> Answers(CancellationToken cancel) => Ask(async connection => await Scalar(connection, "SELECT MAX(version) FROM opensora_schema", cancel) > 0, cancel);

    public async Task<(VideoRow Row, bool IsNew)> Add(VideoRow row, CancellationToken cancel)
    {
        bool isNew = await Ask(async connection =>
        {
            await using DbCommand insert = Command(connection, """
                INSERT INTO opensora_videos (id, owner, idempotency_key, is_over, status, version, document) VALUES (@id, @owner, @key, @over, @status, 1, @document)
                ON CONFLICT (owner, idempotency_key) DO NOTHING
                """, [("id", row.Video.Id), ("owner", row.Video.Owner), ("key", row.IdempotencyKey), ("over", IsOver(row)), ("status", StatusOf(row)), ("document", Write(row))]);
            return await Change(insert, cancel) == 1;
        }, cancel);
        if (isNew)
            return (row with { Version = 1 }, true);
        VideoRow? known = await FindKey(row.Video.Owner, row.IdempotencyKey!, cancel);
        return known is null ? await Add(row, cancel) : (known, false); // removed in between
    }

    public Task<VideoRow?> Find(string id, CancellationToken cancel) =>
        Ask(async connection => (await Read(connection, "id = @id", [("id", id)], cancel)).SingleOrDefault(), cancel);

    public Task<VideoRow?> FindKey(string owner, string key, CancellationToken cancel) =>
        Ask(async connection => (await Read(connection, "owner = @owner AND idempotency_key = @key", [("owner", owner), ("key", key)], cancel)).SingleOrDefault(), cancel);

    public Task<VideoRow> Write(VideoRow row, CancellationToken cancel) => Ask(async connection =>
    {
        await using DbCommand update = Command(
            connection, "UPDATE opensora_videos SET document = @document, is_over = @over, status = @status, version = version + 1 WHERE id = @id AND version = @version",
            [("document", Write(row)), ("over", IsOver(row)), ("status", StatusOf(row)), ("id", row.Video.Id), ("version", row.Version)]);
        Require(await Change(update, cancel), row);
        return row with { Version = row.Version + 1 };
    }, cancel);

    public Task Remove(VideoRow row, CancellationToken cancel) => Ask(async connection =>
    {
        await using DbCommand delete = Command(
            connection, $"UPDATE opensora_videos SET document = '', idempotency_key = NULL, is_over = 1, status = '{Removed}', version = version + 1 WHERE id = @id AND version = @version AND status <> '{Removed}'",
            [("id", row.Video.Id), ("version", row.Version)]);
        Require(await Change(delete, cancel), row);
        return true;
    }, cancel);

    public Task<IReadOnlyList<VideoRow>?> List(string owner, string? after, int limit, bool newestFirst, IReadOnlyCollection<VideoStatus> statuses, CancellationToken cancel) => Ask(async connection =>
    {
        (string sign, string order) = newestFirst ? ("<", "DESC") : (">", "ASC");
        long place = newestFirst ? long.MaxValue : 0;
        if (after is not null && (place = await Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM opensora_videos WHERE id = @id AND owner = @owner", cancel, ("id", after), ("owner", owner))) == 0)
            return null;
        string wanted = statuses.Count == 0 ? "" : $"AND status IN ({string.Join(", ", statuses.Select(status => $"'{status}'"))})";
        return await Read(connection, $"owner = @owner {wanted} AND sequence {sign} @place ORDER BY sequence {order} LIMIT @limit", [("owner", owner), ("place", place), ("limit", (long)limit)], cancel);
    }, cancel);

    public Task<IReadOnlyList<VideoRow>> Unfinished(CancellationToken cancel) => Ask(connection => Read(connection, "is_over = 0 ORDER BY sequence", [], cancel), cancel);

    public Task<IReadOnlySet<string>> Ids(CancellationToken cancel) => Ask<IReadOnlySet<string>>(async connection =>
    {
        await using DbCommand select = Command(connection, $"SELECT id FROM opensora_videos WHERE status <> '{Removed}'", []);
        await using DbDataReader reader = await select.ExecuteReaderAsync(cancel);
        HashSet<string> ids = [];
        while (await reader.ReadAsync(cancel))
            ids.Add(reader.GetString(0));
        return ids;
    }, cancel);

    /// <exception cref="DiskFullException">There is no room for it, and nothing is changed.</exception>
    /// <exception cref="StoreAwayException">The database does not answer, or takes nothing, for now. What was to be changed may be.</exception>
    private async Task<T> Ask<T>(Func<DbConnection, Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            await using DbConnection connection = await Connect(cancel);
            return await ask(connection);
        }
        catch (DbException failure) when (dialect.StateOf(failure) == DatabaseState.Full)
        {
            throw File.Exists(dialect.Name) ? new DiskFullException(dialect.Name, new FileInfo(dialect.Name).Length, failure)
                : new DiskFullException($"the disk of the database {dialect.Name} is full ({failure.Message}): make room there");
        }
        catch (Exception failure) when (failure is System.Net.Sockets.SocketException || (failure is DbException said && dialect.StateOf(said) == DatabaseState.Away))
        {
            throw new StoreAwayException($"the database {dialect.Name} cannot be used for now: {failure.Message}", failure);
        }
    }

    private async Task<DbConnection> Connect(CancellationToken cancel)
    {
        DbConnection connection = dialect.Create();
        await connection.OpenAsync(cancel);
        if (dialect.AtOpen is { } settings)
            await Run(connection, settings, cancel);
        return connection;
    }

    private static async Task<IReadOnlyList<VideoRow>> Read(DbConnection connection, string which, (string, object?)[] values, CancellationToken cancel)
    {
        await using DbCommand select = Command(connection, $"SELECT version, document FROM opensora_videos WHERE status <> '{Removed}' AND {which}", values);
        await using DbDataReader reader = await select.ExecuteReaderAsync(cancel);
        List<VideoRow> rows = [];
        while (await reader.ReadAsync(cancel))
            rows.Add(JsonSerializer.Deserialize(reader.GetString(1), VideoJson.Default.VideoRow)! with { Version = reader.GetInt64(0) });
        return rows;
    }

    private static DbCommand Command(DbConnection connection, string text, (string Name, object? Value)[] values)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object? value) in values)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            if (value is null)
                parameter.DbType = System.Data.DbType.String;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static async Task<int> Change(DbCommand command, CancellationToken cancel)
    {
        CrashPoint.Pass();
        int changed = await command.ExecuteNonQueryAsync(cancel);
        CrashPoint.Pass();
        return changed;
    }

    private static async Task Run(DbConnection connection, string text, CancellationToken cancel, params (string, object?)[] values)
    {
        await using DbCommand command = Command(connection, text, values);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<long> Scalar(DbConnection connection, string text, CancellationToken cancel, params (string, object?)[] values)
    {
        await using DbCommand command = Command(connection, text, values);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancel), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static long IsOver(VideoRow row) => row.Video.IsOver ? 1 : 0;

    private static string StatusOf(VideoRow row) => row.Video.Status.ToString();

    private static string Write(VideoRow row) => JsonSerializer.Serialize(row, VideoJson.Default.VideoRow);

    private static void Require(int changed, VideoRow row)
    {
        if (changed == 0)
            throw new InconsistentStateException($"video {row.Video.Id} was changed or removed since version {row.Version} of it was read");
    }
}
