using Orleans.Storage;

namespace OpenSora.Cluster.Videos;

/// <summary>The rows of a process that makes what it was asked for and ends: what outlives it is in the folders of its jobs. Thread-safe.</summary>
internal sealed class MemoryGenerationStore : IGenerationStore
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, VideoRow> _rows = [];

    public VideoRow Add(VideoRow row)
    {
        lock (_one)
            return _rows[row.Video.Id] = row with { Version = 1 };
    }

    public Task<VideoRow?> Find(string id, CancellationToken cancel)
    {
        lock (_one)
            return Task.FromResult(_rows.GetValueOrDefault(id));
    }

    public Task<VideoRow> Write(VideoRow row, CancellationToken cancel)
    {
        lock (_one)
        {
            Require(row);
            return Task.FromResult(_rows[row.Video.Id] = row with { Version = row.Version + 1 });
        }
    }

    public Task Remove(VideoRow row, CancellationToken cancel)
    {
        lock (_one)
        {
            Require(row);
            _rows.Remove(row.Video.Id);
            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<VideoRow>> Unfinished(CancellationToken cancel)
    {
        lock (_one)
            return Task.FromResult<IReadOnlyList<VideoRow>>([.. _rows.Values.Where(row => !row.Video.IsOver).OrderBy(row => row.Video.CreatedAt)]);
    }

    private void Require(VideoRow row)
    {
        if (_rows.GetValueOrDefault(row.Video.Id)?.Version != row.Version)
            throw new InconsistentStateException($"video {row.Video.Id} was written or removed since it was read");
    }
}
