using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.TestKit;
using Orleans.Storage;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>What a store promises, on each database.</summary>
public abstract class VideoStoreTests
{
    /// <summary>An empty database of its own.</summary>
    private protected abstract SqlDialect NewDatabase();

    [Fact]
    public async Task WhatIsWrittenIsThereForAnotherProcess()
    {
        SqlDialect database = NewDatabase();
        IVideoStore store = await Open(database);
        VideoRow row = Row("a") with { IdempotencyKey = "key" };
        (VideoRow added, bool isNew) = await store.Add(row, default);
        Assert.True(isNew);
        VideoRow written = await store.Write(added with { Job = "job", Epoch = 7, Video = added.Video with { Status = VideoStatus.InProgress } }, default);
        IVideoStore another = await Open(database);
        VideoRow found = (await another.Find(row.Video.Id, default))!;
        Assert.Equal(("job", 7L, VideoStatus.InProgress, "key", written.Version), (found.Job, found.Epoch, found.Video.Status, found.IdempotencyKey, found.Version));
        Assert.Equal(row.Video.Request.Prompts, found.Video.Request.Prompts);
        Assert.Equal(row.Video.CreatedAt, found.Video.CreatedAt);
        Assert.Null(await another.Find("video_none", default));
    }

    [Fact]
    public async Task OldVersionsAreRefused()
    {
        IVideoStore store = await Open(NewDatabase());
        (VideoRow first, _) = await store.Add(Row("a"), default);
        VideoRow second = await store.Write(first with { Epoch = 1 }, default);
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write(first with { Epoch = 2 }, default));
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Remove(first, default));
        await store.Remove(second, default);
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write(second, default));
        Assert.Null(await store.Find(first.Video.Id, default));
    }

    [Fact]
    public async Task OfManyAtOnceOneWins()
    {
        SqlDialect database = NewDatabase();
        IVideoStore store = await Open(database);
        (VideoRow row, _) = await store.Add(Row("a"), default);
        int won = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
        {
            try
            {
                await new SqlVideoStore(database).Write(row with { Epoch = i }, default);
                Interlocked.Increment(ref won);
            }
            catch (InconsistentStateException)
            {
            }
        })));
        Assert.Equal(1, won);
    }

    [Fact]
    public async Task AKeyOfAnOwnerIsUsedOnce()
    {
        SqlDialect database = NewDatabase();
        await Open(database);
        (VideoRow Row, bool IsNew)[] added = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() =>
            new SqlVideoStore(database).Add(Row($"same-{i}") with { IdempotencyKey = "key" }, default))));
        Assert.Single(added, one => one.IsNew);
        Assert.Single(added.Select(one => one.Row.Video.Id).Distinct());
        IVideoStore store = new SqlVideoStore(database);
        Assert.True((await store.Add(Row("other", "you") with { IdempotencyKey = "key" }, default)).IsNew);
        Assert.True((await store.Add(Row("none"), default)).IsNew);
        Assert.True((await store.Add(Row("none too"), default)).IsNew);
        Assert.Equal(added[0].Row.Video.Id, (await store.FindKey("me", "key", default))!.Video.Id);
        Assert.Null(await store.FindKey("me", "another", default));
    }

    [Fact]
    public async Task ListsAreOfOneOwnerInOrder()
    {
        IVideoStore store = await Open(NewDatabase());
        foreach (string id in new[] { "a", "b", "c", "d" })
        {
            await store.Add(Row(id), default);
            await store.Add(Row(id + "-yours", "you"), default);
        }
        Assert.Equal(["d", "c"], await Ids(store.List("me", null, 2, newestFirst: true, [], default)));
        Assert.Equal(["b", "a"], await Ids(store.List("me", "c", 5, newestFirst: true, [], default)));
        Assert.Equal(["c", "d"], await Ids(store.List("me", "b", 5, newestFirst: false, [], default)));
        Assert.Null(await store.List("me", "a-yours", 5, newestFirst: false, [], default));
        Assert.Null(await store.List("me", "none", 5, newestFirst: false, [], default));
        Assert.Equal(8, (await store.Ids(default)).Count);
        VideoRow over = (await store.Find("b", default))!;
        await store.Write(over with { Video = over.Video with { Status = VideoStatus.Cancelled } }, default);
        Assert.Equal(["a", "a-yours", "b-yours", "c", "c-yours", "d", "d-yours"], (await store.Unfinished(default)).Select(row => row.Video.Id));
        Assert.Equal(["b"], await Ids(store.List("me", null, 5, newestFirst: false, [VideoStatus.Cancelled, VideoStatus.Failed], default)));
    }

    [Fact]
    public async Task WhatIsRemovedKeepsItsPlaceAndNothingElse()
    {
        IVideoStore store = await Open(NewDatabase());
        foreach (string id in new[] { "a", "b", "c" })
            await store.Add(Row(id) with { IdempotencyKey = id }, default);
        await store.Remove((await store.Find("b", default))!, default);
        Assert.Null(await store.Find("b", default));
        Assert.Null(await store.FindKey("me", "b", default));
        Assert.Equal(["a", "c"], (await store.Ids(default)).Order());
        Assert.Equal(["a", "c"], (await store.Unfinished(default)).Select(row => row.Video.Id));
        Assert.Equal(["a", "c"], await Ids(store.List("me", null, 5, newestFirst: false, [], default)));
        Assert.Equal(["c"], await Ids(store.List("me", "b", 5, newestFirst: false, [], default)));
        Assert.Equal(["a"], await Ids(store.List("me", "b", 5, newestFirst: true, [], default)));
        Assert.True((await store.Add(Row("d") with { IdempotencyKey = "b" }, default)).IsNew);
    }

    [Fact]
    public async Task ADatabaseOfALaterVersionIsRefusedInWords()
    {
        SqlDialect database = NewDatabase();
        await Open(database);
        await Run(database, "INSERT INTO opensora_schema (version) VALUES (99)");
        InputException refused = await Assert.ThrowsAsync<InputException>(() => Open(database));
        Assert.Contains("99", refused.Message);
    }

    [Fact]
    public async Task ADatabaseOfAnEarlierVersionIsBroughtUpToDate()
    {
        SqlDialect database = NewDatabase();
        await (await Open(database)).Add(Row("a"), default);
        await Run(database, "DROP TABLE opensora_folder; ALTER TABLE opensora_videos DROP COLUMN status; DELETE FROM opensora_schema WHERE version > 1");
        IVideoStore store = await Open(database);
        Assert.Equal("first", await store.Claim("first", default));
        Assert.Equal("a", Assert.Single(await store.Ids(default)));
        Assert.Equal(["a"], await Ids(store.List("me", null, 5, newestFirst: true, [VideoStatus.Queued], default)));
    }

    /// <summary>Files of videos are in one folder, whoever makes them.</summary>
    [Fact]
    public async Task TheFirstFolderThatIsNamedIsTheOneForAll()
    {
        SqlDialect database = NewDatabase();
        IVideoStore store = await Open(database), other = await Open(database);
        string[] told = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? store : other).Claim($"folder-{i}", default))));
        Assert.Single(told.Distinct());
        Assert.Equal(told[0], await store.Claim("late", default));
    }

    private static async Task Run(SqlDialect database, string text)
    {
        await using System.Data.Common.DbConnection connection = database.Create();
        await connection.OpenAsync();
        await using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task ManyMayOpenAnEmptyOneAtOnce()
    {
        SqlDialect database = NewDatabase();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open(database))));
        Assert.Empty(await (await Open(database)).Ids(default));
    }

    private static async Task<IVideoStore> Open(SqlDialect database)
    {
        SqlVideoStore store = new(database);
        await store.Open(default);
        return store;
    }

    private static async Task<IEnumerable<string>> Ids(Task<IReadOnlyList<VideoRow>?> rows) => (await rows)!.Select(row => row.Video.Id);

    private static VideoRow Row(string id, string owner = "me") => new()
    {
        Fingerprint = "f",
        Video = new Contracts.Videos.Video
        {
            Id = id,
            Owner = owner,
            Status = VideoStatus.Queued,
            Priority = VideoPriority.Normal,
            CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(1),
            Request = new GenerationRequest { Prompts = ["ein Bär; DROP TABLE opensora_videos --'"] },
        },
    };
}

public sealed class SqliteVideoStoreTests : VideoStoreTests, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensora-test");
    private int _databases;

    private protected override SqlDialect NewDatabase() => SqlDialect.Sqlite(Path.Combine(_folder.FullName, $"{_databases++}.db"));

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}

/// <summary>On a server of our own, started for these tests.</summary>
[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlVideoStoreTests(PostgreSqlServer server) : VideoStoreTests
{
    private protected override SqlDialect NewDatabase() => SqlDialect.PostgreSql(server.NewDatabase());
}
