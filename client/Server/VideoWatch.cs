using System.Globalization;
using System.Text.Json.Nodes;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;

namespace OpenSora.Client.Server;

/// <summary>Follows a video to its end, as a local one is followed.</summary>
internal static class VideoWatch
{
    private const string Cancelled = "cancelled";

    /// <param name="show">Gets what a local generation would tell.</param>
    /// <param name="started">Called once, when cards work on it or have. Default: null (nobody asks).</param>
    /// <returns>The video when it is over.</returns>
    public static async Task<JsonObject> Follow(VideoServer server, string id, Action<CardEvent> show, CancellationToken cancel, Action? started = null)
    {
        JsonObject last = [];
        int? place = null;
        string? lacked = null;
        await foreach (JsonObject video in server.Watch(id, message => show(new Notice(message)), cancel))
        {
            last = video;
            if ((string?)video["status"] != "queued")
            {
                started?.Invoke();
                started = null;
            }
            if (LackOf(video) is { } lack && lack != lacked)
                show(new Notice(lack));
            else if ((int?)video["queue_position"] is { } before && before != place)
                show(new Notice(before == 0 ? "waits for cards" : $"waits: {before} before it"));
            (place, lacked) = ((int?)video["queue_position"], LackOf(video));
            if ((string?)video["status"] == "in_progress" && (string?)video["stage"] is { } stage)
                show(new Progress(stage, (int)video["step"]!, (int)video["steps"]!, null));
        }
        return last;
    }

    /// <summary>How far it is, in a word; the service tells one that was cancelled as one that failed.</summary>
    public static string StatusOf(JsonObject video) => (string?)video["error"]?["code"] is Cancelled ? Cancelled : (string)video["status"]!;

    /// <summary>What it waits for that is not there at all; null for nothing.</summary>
    public static string? LackOf(JsonObject video) => (string?)video["waits_for"] switch
    {
        "card" => "waits for a card: none can work",
        "store" => "waits for the store of the service: it takes nothing",
        "owner" => $"paused: opensora resume {(string?)video["id"]} lets it go on",
        "service" => "waits for the service, which is drained for maintenance",
        _ => null,
    };

    /// <summary>What the file of a video that was asked for takes at the least.</summary>
    public static long LeastBytesOf(JsonObject video)
    {
        const int leastRate = 8; // of frames in a second: one that is not told is taken for slow
        int[] size = [.. ((string)video["size"]!).Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture))];
        double seconds = double.Parse((string)video["seconds"]!, CultureInfo.InvariantCulture);
        return LeastBytes.OfVideo(new FrameSize(size[1], size[0]), Math.Max(1, (long)(seconds * leastRate)));
    }

    /// <summary>What the service has to say about a request when it takes it.</summary>
    public static void ShowNotices(JsonObject video, Action<CardEvent> show)
    {
        foreach (JsonNode? notice in video["notices"] as JsonArray ?? [])
            show(new Notice(Commands.ServerFlags.InFlags((string)notice!)));
    }

    /// <summary>How a command ends that followed it.</summary>
    /// <returns>See <see cref="ExitCode"/>; what went wrong is told on standard error.</returns>
    public static int Outcome(JsonObject video) => Failure(video) is { } failure ? Commands.Failure.Report(failure) : ExitCode.Done;

    /// <summary>Why it was not made; null when it was.</summary>
    public static Failed? Failure(JsonObject video)
    {
        if ((string?)video["status"] == "completed")
            return null;
        JsonNode? error = video["error"];
        int code = (string?)error?["code"] switch
        {
            Cancelled => ExitCode.Cancelled,
            "bad_input" => ExitCode.BadInput,
            "cannot_fit" => ExitCode.CannotFit,
            _ => ExitCode.CardFailure,
        };
        return new Failed(code, $"{(string?)video["id"]} {(code == ExitCode.Cancelled ? "is cancelled" : $"failed: {(string?)error?["message"]}")}");
    }

    /// <summary>A video as one JSON object: its own fields, and when it is completed those of <c>generate --json</c>, which win.</summary>
    public static JsonObject Document(JsonObject video)
    {
        JsonObject document = video.DeepClone().AsObject();
        document.Remove("report");
        if (video["report"] is JsonObject report)
            foreach ((string name, JsonNode? value) in report)
                document[name] = value?.DeepClone();
        return document;
    }
}
