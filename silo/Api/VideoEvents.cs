using System.Text.Json;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>What happens to a video, as server-sent events: <c>progress</c>, <c>preview</c>, <c>notice</c>, and <c>end</c> as the last one.</summary>
internal static class VideoEvents
{
    /// <summary>Comments in between, so that nobody on the way takes the silence of a long step for the end.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    public static async Task Send(HttpContext http, IVideoService service, string id, CancellationToken stopping)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        IAsyncEnumerator<VideoEvent> events = service.Watch(OwnerFilter.OwnerOf(http), id, over.Token).GetAsyncEnumerator(over.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        try
        {
            if (!await next)
            {
                await VideoEndpoints.Missing(id).ExecuteAsync(http);
                return;
            }
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            Contracts.Videos.Video? last = null;
            do
            {
                last = (events.Current as VideoChanged)?.Video ?? last;
                await http.Response.WriteAsync(TextOf(events.Current), over.Token);
                await http.Response.Body.FlushAsync(over.Token);
                next = events.MoveNextAsync().AsTask();
                await KeepAlive(next, http, over.Token);
            }
            while (await next);
            if (last is { IsOver: false }) // it was removed
                await http.Response.WriteAsync(Text("end", VideoBody.Of(last with { Status = VideoStatus.Cancelled })), over.Token);
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

    private static async Task KeepAlive(Task next, HttpContext http, CancellationToken cancel)
    {
        while (await Task.WhenAny(next, Task.Delay(LongestSilence, cancel)) != next)
        {
            cancel.ThrowIfCancellationRequested();
            await http.Response.WriteAsync(":\n\n", cancel);
            await http.Response.Body.FlushAsync(cancel);
        }
    }

    private static string TextOf(VideoEvent happened) => happened switch
    {
        VideoChanged { Video: { IsOver: true } video } => Text("end", VideoBody.Of(video)),
        VideoChanged changed => Text("progress", VideoBody.Of(changed.Video)),
        VideoNotice notice => Text("notice", new { Message = Wording.Of(notice.Message) }),
        VideoPreview preview => Text("preview", new { preview.Step, Png = Convert.ToBase64String(preview.Png.Span) }),
        _ => "",
    };

    private static string Text<T>(string name, T data) => $"event: {name}\ndata: {JsonSerializer.Serialize(data, VideoBody.Json)}\n\n";
}
