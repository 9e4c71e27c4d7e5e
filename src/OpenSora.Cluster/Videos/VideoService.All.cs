using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Grains;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>All videos of an owner, in one stream of events.</summary>
internal sealed partial class VideoService
{
    /// <summary>A time left is told again when it changed by this.</summary>
    private static readonly TimeSpan TimeTold = TimeSpan.FromSeconds(10);

    public async IAsyncEnumerable<OwnerEvent> WatchAll(string owner, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using GenerationFollower follower = await GenerationFollower.Begin(client, GenerationStream.OfOwner(owner));
        Dictionary<string, (string Document, int? Place, int? Time)> told = [];
        Dictionary<string, int> shown = [];
        List<EventOf> news = [];
        bool isFirst = true;
        while (true)
        {
            // How things stand first, then what is told: events may be lost, as with a silo.
            bool all = news.Count == 0 || news.Any(happened => happened.Event is StatusChanged);
            string[] changed = [.. news.Where(happened => happened.Event is not GenerationNotice).Select(happened => happened.Video).Distinct()];
            IReadOnlyList<Video> open = await Persist(() => Open(owner, all ? null : changed, cancel), cancel);
            foreach (Video now in open)
            {
                (string, int?, int?) here = (VideoDocument.Of(now with { SecondsLeft = null }).Json, now.QueuePosition, (int?)(now.SecondsLeft / TimeTold.TotalSeconds));
                if (told.GetValueOrDefault(now.Id) != here)
                    yield return new OwnerEvent(now.Id, new VideoChanged(now));
                told[now.Id] = here;
            }
            HashSet<string> there = [.. open.Select(video => video.Id)];
            foreach (string id in (all ? told.Keys.Union(changed) : changed).Where(id => !there.Contains(id)).ToArray())
            {
                Video? over = await Persist(() => Find(owner, id, cancel), cancel);
                if (over is { IsOver: false })
                    continue; // asked for meanwhile, and told of
                told.Remove(id);
                shown.Remove(id);
                yield return new OwnerEvent(id, over is null ? new VideoRemoved() : new VideoChanged(over));
            }
            foreach (string id in isFirst ? open.Where(video => video.Status == VideoStatus.InProgress).Select(video => video.Id) : news.Where(happened => happened.Event is PreviewDrawn).Select(happened => happened.Video).Distinct())
                if (await Asked(() => client.GetGrain<IGenerationGrain>(id).Latest()) is { } preview && shown.GetValueOrDefault(id) != preview.Step)
                {
                    shown[id] = preview.Step;
                    yield return new OwnerEvent(id, new VideoPreview(preview.Step, preview.Png));
                }
            foreach (EventOf happened in news)
                if (happened.Event is GenerationNotice notice)
                    yield return new OwnerEvent(happened.Video, new VideoNotice(notice.Message));
            isFirst = false;
            news.Clear();
            for (GenerationEvent? next = await follower.Next(Silence, cancel); next is not null; next = follower.Next())
                news.Add((EventOf)next);
        }
    }

    /// <summary>Those videos of an owner that are not over.</summary>
    /// <param name="ids">Which; null means all.</param>
    private async Task<IReadOnlyList<Video>> Open(string owner, string[]? ids, CancellationToken cancel)
    {
        VideoRow?[] rows = ids is null ? [.. await store.Unfinished(cancel)] : await Task.WhenAll(ids.Select(id => store.Find(id, cancel)));
        Video?[] videos = await Task.WhenAll(rows.Where(row => row is { Video.IsOver: false } && row.Video.Owner == owner).Select(async row =>
            // Nobody is asked how a video comes on that was never begun.
            row!.Video.Status == VideoStatus.Queued ? row.Video : (await client.GetGrain<IGenerationGrain>(row.Video.Id).Get())?.ToVideo()));
        return await WithPlaces([.. videos.Where(video => video is { IsOver: false }).Select(video => video!)]);
    }

    /// <summary>Asks again while a silo is being lost.</summary>
    private static async Task<T> Persist<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception away) when (away is OrleansException or TimeoutException)
            {
                await Task.Delay(AskedAgain, cancel);
            }
        }
    }

    /// <summary>A video came, or went: those who follow all of its owner look at once.</summary>
    private async Task TellOwner(Video video)
    {
        try
        {
            await client.GetStreamProvider(GenerationStream.Provider).GetStream<GenerationEvent>(GenerationStream.OfOwner(video.Owner))
                .OnNextAsync(new EventOf(video.Id, new StatusChanged(0, video.IsOver)));
        }
        catch (Exception away) when (away is OrleansException or TimeoutException or InvalidOperationException)
        {
            OwnerNotTold(log, video.Id, away); // they look by themselves, too
        }
    }

    [LoggerMessage(LogLevel.Debug, "Those who follow all videos could not be told of {Video}")]
    private static partial void OwnerNotTold(ILogger log, string video, Exception failure);
}
