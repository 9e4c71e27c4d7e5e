using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Tests.Page;

/// <summary>Videos that nobody makes: a test says what happens to them.</summary>
internal sealed class MadeUpVideos(string picture) : IVideoService
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _one = new();
    private readonly List<Contracts.Videos.Video> _videos = [];
    private readonly List<Channel<OwnerEvent>> _watchers = [];
    private int _made;

    public string? Trouble { get; set; }

    public IReadOnlyList<CardStatus> CardsThere { get; set; } = [new("card-0", "cpu", "cpu", 1, Contracts.Cards.CardState.Idle, false, null, 1 << 30, 1 << 29)];

    /// <summary>What was asked for, in order.</summary>
    public ConcurrentQueue<VideoOrder> Orders { get; } = [];

    /// <summary>The ids whose files were asked for, and whether that was their first frame.</summary>
    public ConcurrentQueue<(string Id, bool IsThumbnail)> Sent { get; } = [];

    /// <summary>Those who follow all videos, now.</summary>
    public int Watchers
    {
        get
        {
            lock (_one)
                return _watchers.Count;
        }
    }

    public Contracts.Videos.Video Add(VideoStatus status, Func<Contracts.Videos.Video, Contracts.Videos.Video>? more = null)
    {
        Contracts.Videos.Video video = Made(new GenerationRequest { Prompts = ["a fake"], ImageSize = [16, 24], NumFrames = "51", NumSamplingSteps = 5, Cards = 0 }, status);
        return Put(more?.Invoke(video) ?? video);
    }

    /// <summary>Puts a video in the place of the one with its id, and tells it.</summary>
    public Contracts.Videos.Video Put(Contracts.Videos.Video video)
    {
        lock (_one)
        {
            _videos.RemoveAll(other => other.Id == video.Id);
            _videos.Add(video);
            _videos.Sort((one, other) => one.CreatedAt.CompareTo(other.CreatedAt));
        }
        Tell(video.Id, new VideoChanged(video));
        return video;
    }

    public void Tell(string id, VideoEvent happened)
    {
        lock (_one)
            foreach (Channel<OwnerEvent> watcher in _watchers)
                watcher.Writer.TryWrite(new OwnerEvent(id, happened));
    }

    /// <summary>Forgets all, and lets go of those who watch.</summary>
    public void Clear()
    {
        Orders.Clear();
        Sent.Clear();
        lock (_one)
            _videos.Clear();
        LetGo();
    }

    /// <summary>Ends the streams of those who watch.</summary>
    public void LetGo()
    {
        lock (_one)
            foreach (Channel<OwnerEvent> watcher in _watchers)
                watcher.Writer.TryComplete();
    }

    /// <summary>Removes a video without telling anybody.</summary>
    public void Lose(string id)
    {
        lock (_one)
            _videos.RemoveAll(video => video.Id == id);
    }

    public Task<Contracts.Videos.Video> Submit(VideoOrder order, CancellationToken cancel)
    {
        Orders.Enqueue(order);
        Contracts.Videos.Video video = Made(order.Request, VideoStatus.Queued) with { Priority = order.Priority };
        if (order.Reference is { } reference)
        {
            string file = $"{picture}.{video.Id}.png";
            File.WriteAllBytes(file, reference.Span);
            video = video with { Request = video.Request with { ReferencePaths = [file], MaskStrategies = ["0"] } };
        }
        return Task.FromResult(Put(video));
    }

    public Task<Contracts.Videos.Video?> Pause(string owner, string id, CancellationToken cancel) => Paused(id, true);

    public Task<Contracts.Videos.Video?> Resume(string owner, string id, CancellationToken cancel) => Paused(id, false);

    private Task<Contracts.Videos.Video?> Paused(string id, bool isPaused)
    {
        Contracts.Videos.Video? found;
        lock (_one)
            found = _videos.Find(video => video.Id == id);
        return Task.FromResult(found is null ? null : Put(found with { IsPaused = isPaused, Status = VideoStatus.Queued, WaitsFor = isPaused ? VideoWait.Owner : null }));
    }

    public Task<ServiceStatus> Drain(bool on, CancellationToken cancel) => throw new NotSupportedException();

    public Task<ServiceStatus> Status(CancellationToken cancel) => throw new NotSupportedException();

    public Task<Contracts.Videos.Video?> Find(string owner, string id, CancellationToken cancel)
    {
        lock (_one)
            return Task.FromResult(_videos.Find(video => video.Id == id));
    }

    public Task<VideoPage> List(string owner, string? after, int limit, bool newestFirst, IReadOnlyCollection<VideoStatus> statuses, CancellationToken cancel)
    {
        lock (_one)
        {
            IEnumerable<Contracts.Videos.Video> order = newestFirst ? _videos.AsEnumerable().Reverse() : _videos;
            Contracts.Videos.Video[] rest = [.. after is null ? order : order.SkipWhile(video => video.Id != after).Skip(1)];
            return Task.FromResult(new VideoPage([.. rest.Take(limit)], rest.Length > limit));
        }
    }

    public async IAsyncEnumerable<VideoEvent> Watch(string owner, string id, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (OwnerEvent happened in WatchAll(owner, cancel))
            if (happened.Id == id)
                yield return happened.Event;
    }

    public async IAsyncEnumerable<OwnerEvent> WatchAll(string owner, [EnumeratorCancellation] CancellationToken cancel)
    {
        Channel<OwnerEvent> watcher = Channel.CreateUnbounded<OwnerEvent>();
        lock (_one)
        {
            _watchers.Add(watcher);
            foreach (Contracts.Videos.Video video in _videos.Where(video => !video.IsOver))
                watcher.Writer.TryWrite(new OwnerEvent(video.Id, new VideoChanged(video)));
        }
        try
        {
            await foreach (OwnerEvent happened in watcher.Reader.ReadAllAsync(cancel))
                yield return happened;
        }
        finally
        {
            lock (_one)
                _watchers.Remove(watcher);
        }
    }

    public async Task<Contracts.Videos.Video?> Cancel(string owner, string id, CancellationToken cancel) =>
        await Find(owner, id, cancel) is { } video ? Put(video with { Status = VideoStatus.Cancelled }) : null;

    public async Task<Contracts.Videos.Video?> Delete(string owner, string id, CancellationToken cancel)
    {
        if (await Find(owner, id, cancel) is not { } video)
            return null;
        Lose(id);
        Tell(id, new VideoRemoved());
        return video;
    }

    public async Task<string?> FindFile(string owner, string id, VideoFile which, CancellationToken cancel)
    {
        Sent.Enqueue((id, which == VideoFile.Thumbnail));
        return await Find(owner, id, cancel) is { Status: VideoStatus.Completed } ? picture : null;
    }

    public Task<IReadOnlyList<CardStatus>> Cards(CancellationToken cancel) => Task.FromResult(CardsThere);

    private Contracts.Videos.Video Made(GenerationRequest request, VideoStatus status)
    {
        int made = Interlocked.Increment(ref _made);
        return new Contracts.Videos.Video
        {
            Id = $"video_{made:x32}",
            Owner = "",
            Status = status,
            Priority = VideoPriority.Normal,
            CreatedAt = Begin.AddMinutes(made),
            Request = request,
        };
    }
}
