using System.Diagnostics;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.Cluster.Tests.Videos;
using OpenSora.FakeCard;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Cluster.Tests.Store;

/// <summary>A store that takes nothing for a while, in the middle of a video: nothing is lost, nothing stops for ever, nothing is begun again.</summary>
[Collection(OnPostgreSql.Name)]
public sealed class StoreTroubleTests(PostgreSqlServer server, ITestOutputHelper output)
{
    private const string Gate = "go";

    private static readonly FakeSettings Gated = new() { Gate = Gate };

    [Fact]
    public async Task AFullDiskIsWaitedFor()
    {
        using SmallDisk? disk = SmallDisk.Of(150, output.WriteLine);
        TestMedia media = new();
        await using TestCluster cluster = await TestCluster.Start(1);
        VideoServiceOptions options = TestService.OptionsOf(cluster, Gated) with { StoreLook = TimeSpan.FromMilliseconds(100) };
        // Who may not mount a disk says that there is no room, in place of looking.
        options = disk is null ? options with { StoreLook = TimeSpan.FromHours(1) } : options with { Store = disk.Path };
        await using TestService service = await TestService.Start(cluster, options, media: media);
        Contracts.Videos.Video cancelled = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Videos.Cancel("me", cancelled.Id, CancellationToken.None);
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None), next = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(asked, video => video is { Stage: "denoise", Step: 1 });
        Fill(true);
        await Becomes(() => service.Videos.Trouble?.Contains("full", StringComparison.Ordinal) == true);
        if (disk is not null)
            await Assert.ThrowsAsync<DiskFullException>(() => service.Videos.Submit(TestService.Order(), CancellationToken.None));
        await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", Gate), "");
        Assert.Equal(VideoStatus.Queued, (await service.Until(asked, video => video.WaitsFor == VideoWait.Store)).Status);
        Assert.Equal(VideoWait.Store, (await service.Videos.Find("me", next.Id, CancellationToken.None))!.WaitsFor);
        Assert.All(await service.Videos.Cards(CancellationToken.None), card => Assert.Null(card.Job));
        Fill(false);
        GenerationReport report = (await service.Completed(asked)).Report!;
        // All steps were done before, and kept when there was room.
        Assert.Equal(0, report.TokensComputed);
        Assert.Equal(report.Hashes, (await service.Completed(next)).Report!.Hashes);
        await Becomes(() => service.Videos.Trouble is null);
        Fill(true);
        Assert.NotNull(await service.Videos.Delete("me", asked.Id, CancellationToken.None));
        Assert.Null(await service.Videos.Find("me", asked.Id, CancellationToken.None));
        Fill(false);

        void Fill(bool isFull)
        {
            if (disk is null)
                (media.IsFull, service.Of<StoreState>(0).Trouble) = (isFull, isFull ? new StoreTrouble(StoreTrouble.DiskFull, "it is full") : null);
            else if (isFull)
                disk.Leave(0);
            else
                disk.MakeRoom();
        }
    }

    /// <summary>The disk of the files only: what there is of the video can be kept, and not the video.</summary>
    [Fact]
    public async Task WithoutRoomForLongItFailsAndTheNextOneGoesOn()
    {
        TestMedia media = new() { IsFull = true };
        await using TestCluster cluster = await TestCluster.Start(1, TestCluster.Patient with { WaitForStore = TimeSpan.FromSeconds(2.5) });
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster), media: media);
        Contracts.Videos.Video over = await service.Over(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        Assert.Equal((VideoStatus.Failed, "disk_full"), (over.Status, over.Error?.Code));
        Assert.Contains("for 2.5 s", over.Error!.Message, StringComparison.Ordinal);
        media.IsFull = false;
        await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
    }

    [Fact]
    public async Task ADatabaseThatIsAwayIsWaitedFor()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        VideoServiceOptions options = TestService.OptionsOf(cluster, Gated) with { Database = server.NewDatabase(), StoreLook = TimeSpan.FromMilliseconds(100), Look = TimeSpan.FromSeconds(0.5) };
        await using TestService service = await TestService.Start(cluster, options);
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None), next = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(asked, video => video is { Stage: "denoise", Step: 1 });
        server.Stop();
        try
        {
            await Becomes(() => service.Videos.Trouble?.Contains("database", StringComparison.Ordinal) == true);
            await Assert.ThrowsAsync<StoreAwayException>(() => service.Videos.Submit(TestService.Order(), CancellationToken.None));
            await File.WriteAllTextAsync(Path.Combine(cluster.Folder, "marks", Gate), "");
            // It is made, and that cannot be written down.
            await Becomes(() => Directory.GetFiles(Path.Combine(options.Store, "videos"), "*.mp4", SearchOption.AllDirectories).Length > 0);
        }
        finally
        {
            server.Start();
        }
        await Becomes(() => service.Videos.Trouble is null);
        GenerationReport report = (await service.Completed(asked)).Report!;
        Assert.Equal(report.Hashes, (await service.Completed(next)).Report!.Hashes);
    }

    [Fact]
    public async Task AStoreThatIsReadOnlyIsToldAndSoIsItsEnd()
    {
        using SmallDisk? disk = SmallDisk.Of(64, output.WriteLine);
        using TemporaryFolder folder = new();
        string store = disk?.Path ?? folder.Path;
        Directory.CreateDirectory(Path.Combine(store, "videos"));
        StoreState state = new();
        StoreWatch watch = await Watch(store, state, folder);
        await watch.Look(default);
        Assert.Null(state.Trouble);
        SetReadOnly(true);
        await watch.Look(default);
        Assert.Equal(StoreTrouble.Failure, state.Trouble!.Code);
        Assert.Contains(store, state.Trouble.Message, StringComparison.Ordinal);
        Assert.Throws<StoreAwayException>(state.Require);
        SetReadOnly(false);
        await watch.Look(default);
        Assert.Null(state.Trouble);

        void SetReadOnly(bool isReadOnly)
        {
            if (disk is not null)
                disk.SetReadOnly(isReadOnly);
            else if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path.Combine(store, "videos"), isReadOnly ? UnixFileMode.UserRead | UnixFileMode.UserExecute : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>A pipe that nobody reads from takes nothing, as a disk at the other end of a network that is cut.</summary>
    [Fact]
    public async Task AStoreThatDoesNotAnswerHoldsUpNothingElse()
    {
        using TemporaryFolder folder = new();
        string pipe = folder["pipe"];
        using (Process make = Process.Start("mkfifo", [pipe]))
            await make.WaitForExitAsync();
        StoreState state = new();
        StoreWatch watch = await Watch(folder.Path, state, folder, pipe);
        await watch.Look(default);
        await watch.Look(default);
        Assert.Equal(StoreTrouble.Failure, state.Trouble?.Code);
        Assert.Contains("not answered for 0.2 s", state.Trouble!.Message, StringComparison.Ordinal);
        using (FileStream reads = new(pipe, FileMode.Open, FileAccess.Read))
            await Becomes(() =>
            {
                watch.Look(default).GetAwaiter().GetResult();
                return state.Trouble is null;
            });
    }

    private static async Task<StoreWatch> Watch(string store, StoreState state, TemporaryFolder rows, string? probe = null)
    {
        SqlVideoStore database = new(SqlDialect.Sqlite(rows["videos.db"]));
        await database.Open(default);
        VideoServiceOptions options = new() { Store = store, StoreSilence = TimeSpan.FromSeconds(probe is null ? 60 : 0.2) };
        return new StoreWatch(options, database, state, Microsoft.Extensions.Logging.Abstractions.NullLogger<StoreWatch>.Instance) { Probe = probe ?? Path.Combine(store, "videos", ".probe.part") };
    }

    private static async Task Becomes(Func<bool> holds)
    {
        for (int i = 0; !holds(); i++)
        {
            Assert.True(i < 1200, "it never became so");
            await Task.Delay(50);
        }
    }
}
