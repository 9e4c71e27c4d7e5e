using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Contracts.Videos;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Videos;

/// <inheritdoc cref="IVideoService"/>
internal sealed partial class VideoService(
    IClusterClient client, IVideoStore store, VideoFolders folders, JobStore jobs, JobRunner runner, MakeMedia media, StoreState state, VideoServiceOptions options, ILogger<VideoService> log) : IVideoService
{
    /// <summary>How often the place in the queue is told to those who watch.</summary>
    private static readonly TimeSpan PlaceTold = TimeSpan.FromSeconds(1);

    /// <summary>How often those who watch look by themselves while no event comes.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2), AskedAgain = TimeSpan.FromSeconds(0.2);

    /// <summary>How long the cards of a service that is drained may take to be free; they are within a step.</summary>
    private static readonly TimeSpan DrainAwaited = TimeSpan.FromSeconds(15);

    private bool _hasCards;

    private IClusterGrain Cluster => client.GetGrain<IClusterGrain>(IClusterGrain.Key);

    /// <summary>Reads what there is, removes what a crash left of requests that nobody was promised, and goes on with the rest.</summary>
    /// <exception cref="InputException">The store cannot be used.</exception>
    public async Task Begin(CancellationToken cancel)
    {
        string folder = folders.Open();
        await store.Open(cancel);
        if (await store.Claim(folder, cancel) != folder)
            throw new InputException($"--store {options.Store} is not the folder that the videos of this database are kept in: give all silos that share a database the same folder, on a volume that they share");
        // Others may share a database, and what they have just begun is not in it yet.
        TimeSpan recent = options.Database is null ? TimeSpan.Zero : TimeSpan.FromHours(1);
        folders.RemoveAllBut(await store.Ids(cancel), recent);
        jobs.RemoveAllBut((await store.Unfinished(cancel)).Select(row => row.Job).OfType<string>().ToHashSet(), recent);
        await Wake();
    }

    public string? Trouble => state.Trouble?.Message ?? (_hasCards ? null : "no card can work; start one with opensora card --join, or see GET /v1/cards");

    /// <summary>Sees to it that the queue is at work, wherever that is.</summary>
    public async Task Wake() => _hasCards = await Cluster.Wake();

    public async Task<Video> Submit(VideoOrder order, CancellationToken cancel)
    {
        string id = Video.NewId(), fingerprint = Fingerprint(order);
        GenerationRequest request = ServiceRequest.Settle(order.Request, options.Models, folders.Of(id));
        IReadOnlyList<string> notices = runner.NoticesOf(request);
        if (order.IdempotencyKey is { Length: 0 or > MostOfKey })
            throw new InputException($"an idempotency key of {order.IdempotencyKey.Length} characters is not taken: give 1 to {MostOfKey}") { Field = "Idempotency-Key" };
        if (order.IdempotencyKey is { } key && await store.FindKey(order.Owner, key, cancel) is { } known)
            return Same(known, fingerprint);
        await state.RequireNow(cancel);
        ServiceRequest.CheckRoom(request, await Cards(cancel));
        if (await Cluster.Admit(order.Owner) is { } after)
            throw new QueueFullException($"too many videos wait: at most {options.Scheduling.MostWaiting}, and {options.Scheduling.MostWaitingOfOwner} of one owner; ask again in {after} s, or cancel some", TimeSpan.FromSeconds(after));
        bool isTaken = false;
        string? job = null;
        try
        {
            if (order.Reference is { } bytes)
            {
                (string file, IReadOnlyList<string> more) = KeepReference(id, bytes, request);
                (request, notices) = (ServiceRequest.StartFrom(request, file), [.. notices, .. more]);
            }
            new GenerationPlan(request).CheckPlaces(path => media(request).IsVideo(path, CancellationToken.None));
            Video video = new()
            {
                Id = id,
                Owner = order.Owner,
                Status = VideoStatus.Queued,
                Priority = order.Priority,
                CreatedAt = DateTimeOffset.UtcNow,
                Request = request,
                RemixedFrom = order.RemixedFrom,
                BranchedFrom = order.BranchedFrom,
                FromStep = order.FromStep,
                Notices = notices,
            };
            job = order.BranchedFrom is null ? null : await Branch(order, request, cancel);
            (VideoRow row, isTaken) = await store.Add(new VideoRow { Video = video, Job = job, IdempotencyKey = order.IdempotencyKey, Fingerprint = fingerprint, TraceParent = Tracing.TraceParent }, CancellationToken.None);
            if (!isTaken)
                return Same(row, fingerprint);
            await Enqueue(row);
            await TellOwner(video);
            return video;
        }
        finally
        {
            if (!isTaken)
            {
                folders.Remove(id);
                runner.Forget(job);
            }
        }
    }

    /// <summary>What is in the store is made: the queue looks there by itself, if it cannot be told now.</summary>
    private async Task Enqueue(VideoRow row)
    {
        try
        {
            await Cluster.Enqueue(QueuedVideos.Of(row) with { Kind = row.Job is null ? null : await Task.Run(() => jobs.KindOf(row.Job)) });
        }
        catch (Exception away) when (away is OrleansException or TimeoutException)
        {
            NotTold(log, row.Video.Id, away);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The queue could not be told of {Video}; it will find it")]
    private static partial void NotTold(ILogger log, string video, Exception failure);

    public async Task<Video?> Find(string owner, string id, CancellationToken cancel)
    {
        if (await store.Find(id, cancel) is not { } row || row.Video.Owner != owner)
            return null;
        if (row.Video.IsOver)
            return row.Video;
        return (await client.GetGrain<IGenerationGrain>(id).Get())?.ToVideo() is { } video ? (await WithPlaces([video]))[0] : null;
    }

    public async Task<VideoPage> List(string owner, string? after, int limit, bool newestFirst, IReadOnlyCollection<VideoStatus> statuses, CancellationToken cancel)
    {
        if (limit is < 1 or > MostOfPage)
            throw new InputException($"limit {limit} is out of range: give 1 to {MostOfPage}") { Field = "limit" };
        // What is stored as begun may wait, and the other way round: their generations tell.
        HashSet<VideoStatus> stored = [.. statuses];
        if (stored.Contains(VideoStatus.Queued) || stored.Contains(VideoStatus.InProgress))
            stored.UnionWith([VideoStatus.Queued, VideoStatus.InProgress]);
        List<Video> found = [];
        while (true)
        {
            IReadOnlyList<VideoRow> rows = await store.List(owner, after, limit + 1, newestFirst, stored, cancel)
                ?? throw new InputException($"after '{after}' is no video of yours: give the last_id of the page before") { Field = "after" };
            Video?[] videos = await Task.WhenAll(rows.Select(async row =>
                row.Video.IsOver ? row.Video : (await client.GetGrain<IGenerationGrain>(row.Video.Id).Get())?.ToVideo()));
            found.AddRange(videos.OfType<Video>().Where(video => statuses.Count == 0 || statuses.Contains(video.Status)));
            if (found.Count > limit || rows.Count <= limit)
                return new VideoPage(await WithPlaces([.. found.Take(limit)]), found.Count > limit);
            after = rows[^1].Video.Id;
        }
    }

    public async IAsyncEnumerable<VideoEvent> Watch(string owner, string id, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (await store.Find(id, cancel) is not { } row || row.Video.Owner != owner)
            yield break;
        if (row.Video.IsOver)
        {
            yield return new VideoChanged(row.Video);
            yield break;
        }
        await using GenerationFollower follower = await GenerationFollower.Begin(client, id);
        int? shown = null;
        if (await Asked(() => client.GetGrain<IGenerationGrain>(id).Latest()) is { } latest)
        {
            shown = latest.Step;
            yield return new VideoPreview(latest.Step, latest.Png);
        }
        (string Document, int? Place) told = default;
        bool ended = false;
        while (true)
        {
            // How things stand first, then what is told: events may be lost, as with a silo.
            if (await Look(owner, id, cancel) is not { } now)
                yield break;
            (string, int?) here = (VideoDocument.Of(now with { SecondsLeft = null }).Json, now.QueuePosition);
            if (here != told && !now.IsOver)
                yield return new VideoChanged(now);
            told = here;
            TimeSpan wait = now.Status == VideoStatus.Queued ? PlaceTold : Silence;
            // A row may be over before its last events are here: they are told first.
            for (GenerationEvent? next = ended ? null : await follower.Next(wait, cancel);
                next is not null;
                next = now.IsOver && !ended ? await follower.Next(wait, cancel) : follower.Next())
            {
                if (next is PreviewDrawn && await Asked(() => client.GetGrain<IGenerationGrain>(id).Latest()) is { } preview && preview.Step != shown)
                {
                    shown = preview.Step;
                    yield return new VideoPreview(preview.Step, preview.Png);
                }
                else if (next is GenerationNotice notice)
                {
                    yield return new VideoNotice(notice.Message);
                }
                ended |= next is StatusChanged { IsOver: true };
            }
            if (now.IsOver)
            {
                yield return new VideoChanged(now);
                yield break;
            }
        }
    }

    /// <summary>As <see cref="Find"/>, also while the silo of its grain is being lost.</summary>
    private Task<Video?> Look(string owner, string id, CancellationToken cancel) => Persist(() => Find(owner, id, cancel), cancel);

    private static async Task<T?> Asked<T>(Func<Task<T?>> ask) where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception away) when (away is OrleansException or TimeoutException)
        {
            return null;
        }
    }

    public Task<Video?> Cancel(string owner, string id, CancellationToken cancel) => Change(owner, id, grain => grain.Cancel(), cancel);

    public Task<Video?> Pause(string owner, string id, CancellationToken cancel) => Change(owner, id, grain => grain.Pause(), cancel);

    public Task<Video?> Resume(string owner, string id, CancellationToken cancel) => Change(owner, id, grain => grain.Resume(), cancel);

    private async Task<Video?> Change(string owner, string id, Func<IGenerationGrain, Task> change, CancellationToken cancel)
    {
        if (await store.Find(id, cancel) is not { } row || row.Video.Owner != owner)
            return null;
        if (!row.Video.IsOver)
            await change(client.GetGrain<IGenerationGrain>(id));
        return await Find(owner, id, cancel);
    }

    public async Task<ServiceStatus> Drain(bool on, CancellationToken cancel)
    {
        await Cluster.Drain(on);
        for (long begin = Environment.TickCount64; ; await Task.Delay(AskedAgain, cancel))
            if (await Status(cancel) is var status && (!on || status.Working == 0 || Environment.TickCount64 - begin > DrainAwaited.TotalMilliseconds))
                return status;
    }

    public async Task<ServiceStatus> Status(CancellationToken cancel)
    {
        ClusterState now = await Cluster.State();
        return new ServiceStatus(now.IsDrained, now.Working, now.Waiting);
    }

    public async Task<Video?> Delete(string owner, string id, CancellationToken cancel)
    {
        if (await store.Find(id, cancel) is not { } row || row.Video.Owner != owner)
            return null;
        IGenerationGrain grain = client.GetGrain<IGenerationGrain>(id);
        Video? before = row.Video.IsOver ? null : (await grain.Cancel())?.ToVideo();
        Video? removed;
        try
        {
            removed = (await grain.Remove())?.ToVideo();
        }
        catch (DiskFullException)
        {
            // It is to go: its files make the room that the row needs.
            folders.Remove(id);
            removed = (await grain.Remove())?.ToVideo();
        }
        if (removed is not null)
        {
            if (removed.Request.KeepSteps)
                await Task.Run(() => runner.Forget(row.Job), CancellationToken.None);
            folders.Remove(id);
            await TellOwner(removed);
        }
        return before ?? removed;
    }

    public async Task<string?> FindFile(string owner, string id, VideoFile which, CancellationToken cancel)
    {
        if (await store.Find(id, cancel) is not { Video.Report.Files: [var file, ..] } row || row.Video.Owner != owner || !File.Exists(file))
            return null;
        if (which == VideoFile.Video || (which == VideoFile.Thumbnail && file.EndsWith(".png", StringComparison.Ordinal)))
            return file;
        string picture = Path.Combine(folders.Of(id), which == VideoFile.Thumbnail ? "thumbnail.png" : "spritesheet.png");
        if (!File.Exists(picture))
            await Task.Run(() => Draw(row.Video, file, which, picture, cancel), cancel);
        return picture;
    }

    public async Task<IReadOnlyList<CardStatus>> Cards(CancellationToken cancel)
    {
        return [.. (await Cluster.Cards()).Select(card => card.ToCard())];
    }

    private const int MostOfKey = 255, MostOfPage = 100;

    private async Task<IReadOnlyList<Video>> WithPlaces(IReadOnlyList<Video> videos)
    {
        string[] waiting = [.. videos.Where(video => video is { Status: VideoStatus.Queued, IsPaused: false }).Select(video => video.Id)];
        Dictionary<string, QueuePlace?> places = waiting.Length == 0 ? [] : waiting.Zip(await Cluster.Places(waiting)).ToDictionary();
        return [.. videos.Select(video => video is { IsPaused: true, IsOver: false } ? video with { WaitsFor = VideoWait.Owner } : places.GetValueOrDefault(video.Id) is { } place ? video with { QueuePosition = place.Before, SecondsLeft = place.SecondsLeft, WaitsFor = place.WaitsFor } : video)];
    }

    /// <summary>What users call it; where its file lies is the service's own business.</summary>
    private const string Reference = "input_reference";

    /// <summary>Keeps a reference if it can be read as what its bytes say that it is.</summary>
    /// <returns>Its file, and what its user should know.</returns>
    private (string File, IReadOnlyList<string> Notices) KeepReference(string id, ReadOnlyMemory<byte> bytes, GenerationRequest request)
    {
        IJobMedia files = media(request);
        string file = folders.KeepReference(id, bytes, files.ExtensionOf(bytes.Span));
        try
        {
            return (file, [.. files.Require([file]).Select(notice => notice.Replace(file, Reference, StringComparison.Ordinal))]);
        }
        catch (TooLargeException failure)
        {
            throw new InputException(failure.Message.Replace(file, Reference, StringComparison.Ordinal), failure) { Field = Reference };
        }
        catch (Exception failure) when (failure is InputException or InvalidOperationException)
        {
            string why = failure.Message.Replace(file, Reference, StringComparison.Ordinal);
            throw new InputException($"{Reference} cannot be used ({why}): send an image or a video of a kind that the command line takes", failure) { Field = Reference };
        }
    }

    private void Draw(Video video, string file, VideoFile which, string picture, CancellationToken cancel)
    {
        IJobMedia files = media(video.Request);
        IEnumerable<RgbImage> frames = files.Read(file, cancel);
        RgbImage drawn = which == VideoFile.Thumbnail ? frames.First() : SpriteSheet.Of(frames, video.Report!.Frames);
        using IFrameSink sink = files.Create(picture, new FrameSize(drawn.Height, drawn.Width), cancel);
        sink.Write(drawn.Pixels.AsSpan());
        sink.Complete();
    }

    private static Video Same(VideoRow known, string fingerprint) => known.Fingerprint == fingerprint
        ? known.Video
        : throw new KeyReusedException($"the idempotency key '{known.IdempotencyKey}' belongs to another request, {known.Video.Id}: give a new key for a new request");

    private static string Fingerprint(VideoOrder order)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(order.Request, ContractsJson.Default.GenerationRequest));
        hash.AppendData([(byte)order.Priority]);
        if (order.BranchedFrom is { } from)
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{from} {order.FromStep}")));
        if (order.Reference is { } reference)
            hash.AppendData(reference.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
