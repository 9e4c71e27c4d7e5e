using Microsoft.Data.Sqlite;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Cluster.Tests.Store;

/// <summary>A disk that fills while a job or a service keeps something: what was there before is there, whole.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int Points = 20;

    [Fact]
    public async Task AStepIsTheOneBefore()
    {
        using SmallDisk? disk = SmallDisk.Of(128, output.WriteLine);
        if (disk is null)
            return;
        using JobFolder job = new JobStore(disk["jobs"]).Create(new GenerationRequest());
        ReadOnlyMemory<byte>[] latent = [new byte[Points * 4096]];
        job.Keep("step", new KeptStep(new BlobKey(0, 0, 1)), StoreJson.Default.KeptStep, latent);
        for (int left = 0; left < Points; left++)
        {
            disk.Leave(left);
            DiskFullException full = Assert.Throws<DiskFullException>(() => job.Keep("step", new KeptStep(new BlobKey(0, 0, 2)), StoreJson.Default.KeptStep, latent));
            Assert.StartsWith($"{disk[$"jobs/{job.Record.Job}/step"]} could not be written: ", full.Message, StringComparison.Ordinal);
            Assert.Equal(1, (await job.Find("step", StoreJson.Default.KeptStep))!.Header.Key.Step);
        }
        Assert.Equal(["job.json", "lock", "step"], disk.Files.Select(Path.GetFileName));
        disk.Leave(0);
        Assert.Throws<DiskFullException>(job.Save);
    }

    [Fact]
    public void AJobThatCannotBeKeptIsNotBegun()
    {
        using SmallDisk? disk = SmallDisk.Of(16, output.WriteLine);
        if (disk is null)
            return;
        disk.Leave(0);
        JobNotKeptException refused = Assert.Throws<JobNotKeptException>(() => new JobStore(disk["jobs"]).Create(new GenerationRequest()));
        Assert.Contains("OPENSORA_STATE", refused.Message, StringComparison.Ordinal);
        Assert.Empty(disk.Files);
    }

    /// <summary>Each row is larger than the one before, on a disk with room for ever less.</summary>
    [Fact]
    public async Task ADatabaseKeepsWhatItSaidThatItKept()
    {
        using SmallDisk? disk = SmallDisk.Of(1024, output.WriteLine);
        if (disk is null)
            return;
        SqlVideoStore store = new(SqlDialect.Sqlite(disk["videos.db"]));
        await store.Open(default);
        (VideoRow row, _) = await store.Add(Row(""), default);
        int refused = 0;
        for (int left = Points; left > 0; left--)
        {
            disk.Leave(left);
            try
            {
                for (int more = 0; more < 40; more++)
                    row = await store.Write(row with { Video = row.Video with { Request = new GenerationRequest { Prompts = [new string('x', 5000 + more)] } } }, default);
            }
            catch (DiskFullException full)
            {
                refused++;
                Assert.StartsWith($"{disk["videos.db"]} could not be written: the disk of {disk.Path} is full, ", full.Message, StringComparison.Ordinal);
            }
            VideoRow kept = (await store.Find(row.Video.Id, default))!;
            Assert.Equal((row.Version, row.Video.Request.Prompts[0]), (kept.Version, kept.Video.Request.Prompts[0]));
        }
        Assert.InRange(refused, Points / 2, Points);
        SqliteConnection.ClearAllPools();
    }

    private static VideoRow Row(string prompt) => new()
    {
        Fingerprint = "f",
        Video = new Contracts.Videos.Video
        {
            Id = "video_1",
            Owner = "me",
            Status = VideoStatus.Queued,
            Priority = VideoPriority.Normal,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Request = new GenerationRequest { Prompts = [prompt] },
        },
    };
}
