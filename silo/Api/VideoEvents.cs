using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>What happens to videos, as server-sent events: <c>progress</c>, <c>preview</c>, <c>notice</c>, <c>end</c> as the last one of a video, and <c>removed</c>.</summary>
internal static class VideoEvents
{
    /// <summary>Comments in between, so that nobody on the way takes the silence of a long step for the end.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    /// <summary>Those of one video, until it is over.</summary>
    public static async Task Send(HttpContext http, IVideoService service, string id, CancellationToken stopping)
    {
        if (await service.Find(OwnerFilter.OwnerOf(http), id, http.RequestAborted) is null)
            await VideoEndpoints.Missing(id).ExecuteAsync(http);
        else
            await Send(http, cancel => ToItsEnd(service.Watch(OwnerFilter.OwnerOf(http), id, cancel)), happened => TextOf(id, happened), stopping);
    }

    /// <summary>Those of all videos, until the reader leaves.</summary>
    public static Task SendAll(HttpContext http, IVideoService service, CancellationToken stopping) =>
        Send(http, cancel => service.WatchAll(OwnerFilter.OwnerOf(http), cancel), happened => TextOf(happened.Id, happened.Event), stopping);

    /// <summary>A video that is removed before it is over was cancelled: that is its end.</summary>
    private static async IAsyncEnumerable<VideoEvent> ToItsEnd(IAsyncEnumerable<VideoEvent> events, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        Contracts.Videos.Video? last = null;
        await foreach (VideoEvent happened in events.WithCancellation(cancel))
        {
            last = (happened as VideoChanged)?.Video ?? last;
            yield return happened;
        }
        if (last is { IsOver: false })
            yield return new VideoChanged(last with { Status = VideoStatus.Cancelled });
    }

    private static async Task Send<T>(HttpContext http, Func<CancellationToken, IAsyncEnumerable<T>> watch, Func<T, string> textOf, CancellationToken stopping)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        IAsyncEnumerator<T> events = watch(over.Token).GetAsyncEnumerator(over.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        try
        {
            await http.Response.Body.FlushAsync(over.Token);
            for (; await Arrives(next, http, over.Token); next = events.MoveNextAsync().AsTask())
            {
                await http.Response.WriteAsync(textOf(events.Current), over.Token);
                await http.Response.Body.FlushAsync(over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Whoever listens asks again: of the video, nothing is lost.
        }
        finally
        {
            await over.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // it is not disposed while it moves
            await events.DisposeAsync();
        }
    }

    private static async Task<bool> Arrives(Task<bool> next, HttpContext http, CancellationToken cancel)
    {
        while (await Task.WhenAny(next, Task.Delay(LongestSilence, cancel)) != next)
        {
            cancel.ThrowIfCancellationRequested();
            await http.Response.WriteAsync(":\n\n", cancel);
            await http.Response.Body.FlushAsync(cancel);
        }
        return await next;
    }

    private static string TextOf(string id, VideoEvent happened) => happened switch
    {
        VideoChanged { Video: { IsOver: true } video } => Text("end", VideoBody.Of(video)),
        VideoChanged changed => Text("progress", VideoBody.Of(changed.Video)),
        VideoNotice notice => Text("notice", new { id, Message = Wording.Of(notice.Message) }),
        VideoPreview preview => Text("preview", new { id, preview.Step, Png = Convert.ToBase64String(preview.Png.Span) }),
        VideoRemoved => Text("removed", new { id }),
        _ => "",
    };

    private static string Text<T>(string name, T data) => $"event: {name}\ndata: {JsonSerializer.Serialize(data, VideoBody.Json)}\n\n";
}
