using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using OpenSora.Client.Cards;
using OpenSora.Client.Server;
using OpenSora.Client.Tables;
using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary><c>submit</c>, <c>status</c>, <c>watch</c>, <c>cancel</c>, <c>pause</c>, <c>resume</c>, <c>branch</c>, <c>jobs</c> and <c>cards</c>: clients of a service.</summary>
internal static class ServiceCommands
{
    public static IEnumerable<Command> All => [Submit(), Status(), Watch(), Cancel(), Change("pause", "Pause a video: its cards are free within a step, and it waits until it is resumed."),
        Change("resume", "Let a video that was paused go on, from its last step."), Branch(), Jobs(), Cards(), Drain("drain", "Maintenance of a service: all cards are free within a step, and nothing begins until undrain."),
        Drain("undrain", "Let a service that was drained work again.")];

    private static Command Submit()
    {
        GenerateFlags flags = new();
        ServerFlags server = new();
        Command command = new("submit", "Ask a service for a video, and print its id; the flags are those of generate.");
        foreach (Option option in flags.All)
            command.Add(option);
        server.AddTo(command);
        command.SetAction((parsed, cancel) => server.Ask(parsed, async service =>
        {
            (IReadOnlyDictionary<string, string> fields, string? reference) = flags.ReadFields(parsed);
            JsonObject video = await service.Submit(fields, reference, cancel);
            VideoWatch.ShowNotices(video, new ProgressDisplay(flags.Quiet(parsed)).Show);
            if (server.Json(parsed))
                ServerFlags.Print(VideoWatch.Document(video));
            else
                Console.Out.WriteLine((string?)video["id"]);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Status() => OfVideo("status", "Tell how far a video is.", (_, service, id, cancel) => service.Find(id, cancel), _ => ExitCode.Done);

    private static Command Watch()
    {
        Option<string?> saveDir = Flag.OptionalPath("--save-dir", "Fetch the file into this folder when it is completed.");
        Command command = OfVideo("watch", "Follow a video until it is over.", async (parsed, service, id, cancel) =>
        {
            using CancellationTokenSource stop = CancelKeys.Link(cancel, "opensora: no longer watching; the service goes on");
            ProgressDisplay display = new();
            JsonObject video = await display.Run(() => VideoWatch.Follow(service, id, display.Show, stop.Token));
            if (parsed.GetValue(saveDir) is { } folder && (string?)video["status"] == "completed")
            {
                string file = Path.Combine(folder, id + Path.GetExtension((string)video["report"]!["files"]![0]!));
                await service.Download(id, file, cancel);
                video["report"]!["files"] = new JsonArray(Path.GetFullPath(file));
            }
            return video;
        }, VideoWatch.Outcome);
        command.Add(saveDir);
        return command;
    }

    private static Command Cancel() => OfVideo("cancel", "Cancel a video that is not done; its cards are free within a step.", async (_, service, id, cancel) =>
    {
        await RequireOpen(service, id, "cancel", cancel);
        return await service.Cancel(id, cancel);
    }, _ => ExitCode.Done);

    private static Command Change(string verb, string description) => OfVideo(verb, description, async (_, service, id, cancel) =>
    {
        await RequireOpen(service, id, verb, cancel);
        return await service.Change(id, verb, cancel);
    }, _ => ExitCode.Done);

    private static async Task RequireOpen(VideoServer service, string id, string verb, CancellationToken cancel)
    {
        if (VideoServer.IsOver(await service.Find(id, cancel)))
            throw new ServerException(ExitCode.BadInput, $"{id} is over already: there is nothing to {verb}");
    }

    private static Command Branch()
    {
        Option<int> step = new("--from-step") { Description = "Steps of the other video that are taken over; only the others are computed.", Required = true };
        Option<string?> prompt = Flag.OptionalText("--prompt", "What is to be seen from there on. [default: as before]");
        Option<double?> guidance = Flag.OptionalDouble("--cfg-scale", "Classifier-free guidance scale from there on. [default: as before]");
        Option<int?> cards = Flag.OptionalInt("--cards", "Cards that share the work; 0 leaves their number to the service. [default: as before]");
        Option<Toggle> keep = Flag.Bool("--keep-steps", "Keep the latents after every step of the branch, too.");
        Command command = OfVideo("branch", "Ask for a video that goes on from a step of another one, which was asked for with --keep-steps.", (parsed, service, id, cancel) =>
        {
            JsonObject fields = new() { ["from_step"] = parsed.GetValue(step), ["keep_steps"] = parsed.IsOn(keep) };
            foreach ((string name, JsonNode? value) in new (string, JsonNode?)[] { ("prompt", parsed.GetValue(prompt)), ("cfg_scale", parsed.GetValue(guidance)), ("cards", parsed.GetValue(cards)) })
                if (value is not null)
                    fields[name] = value;
            return service.Branch(id, fields, cancel);
        }, _ => ExitCode.Done, video => (string)video["id"]!);
        foreach (Option option in new Option[] { step, prompt, guidance, cards, keep })
            command.Add(option);
        return command;
    }

    private static Command Drain(string verb, string description)
    {
        ServerFlags server = new();
        Command command = new(verb, description);
        server.AddTo(command);
        command.SetAction((parsed, cancel) => server.Ask(parsed, async service =>
        {
            JsonObject state = await service.Post($"v1/service/{verb}", cancel);
            if (server.Json(parsed))
                ServerFlags.Print(state);
            else
                Console.Out.WriteLine(FormattableString.Invariant($"{((bool)state["drained"]! ? "drained" : "working")}: {(int)state["working"]!} videos have cards, {(int)state["waiting"]!} wait"));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Jobs()
    {
        ServerFlags server = new();
        Option<int> limit = Flag.Int("--limit", "The latest ones, up to 100.", 20);
        Command command = new("jobs", "List videos of a service, the latest first.") { limit };
        server.AddTo(command);
        command.SetAction((parsed, cancel) => server.Ask(parsed, async service =>
        {
            JsonObject list = await service.Get(string.Create(CultureInfo.InvariantCulture, $"v1/videos?limit={parsed.GetValue(limit)}"), cancel);
            JsonObject[] videos = [.. list["data"]!.AsArray().Select(video => video!.AsObject())];
            if (server.Json(parsed))
            {
                ServerFlags.Print(new JsonArray([.. videos.Select(VideoWatch.Document)]));
                return ExitCode.Done;
            }
            TextTable table = new("video", "status", "progress", "step", "asked for", "prompt");
            foreach (JsonObject video in videos)
                table.Add($"{(string?)video["id"]}", $"{VideoWatch.StatusOf(video)}", $"{(int)video["progress"]!} %", $"{(int)video["step"]!}/{(int)video["steps"]!}",
                    $"{DateTimeOffset.FromUnixTimeSeconds((long)video["created_at"]!).LocalDateTime:yyyy-MM-dd HH:mm:ss}", $"{Short((string?)video["prompt"] ?? "")}");
            Console.Out.Write(table.ToString());
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Cards()
    {
        ServerFlags server = new();
        Command command = new("cards", "List the cards of a service.");
        server.AddTo(command);
        command.SetAction((parsed, cancel) => server.Ask(parsed, async service =>
        {
            JsonArray cards = (await service.Get("v1/cards", cancel))["data"]!.AsArray();
            if (server.Json(parsed))
            {
                ServerFlags.Print(cards);
                return ExitCode.Done;
            }
            TextTable table = new("card", "device", "threads", "state", "free GiB", "video");
            foreach (JsonNode? card in cards)
                table.Add($"{(string?)card!["name"]}", $"{(string?)card["device"]}", $"{(int)card["threads"]!}", $"{(string?)card["state"]}",
                    $"{(long)card["free_memory_bytes"]! / (double)(1 << 30):0.0}", $"{(string?)card["job"]}");
            Console.Out.Write(table.ToString());
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>A command about one video, which it shows.</summary>
    private static Command OfVideo(string name, string description, Func<ParseResult, VideoServer, string, CancellationToken, Task<JsonObject>> ask, Func<JsonObject, int> end, Func<JsonObject, string>? line = null)
    {
        ServerFlags server = new();
        Argument<string> id = new("id") { Description = "As submit printed it." };
        Command command = new(name, description) { id };
        server.AddTo(command);
        command.SetAction((parsed, cancel) => server.Ask(parsed, async service =>
        {
            JsonObject video = await ask(parsed, service, parsed.GetRequiredValue(id), cancel);
            if (server.Json(parsed))
                ServerFlags.Print(VideoWatch.Document(video));
            else
                Console.Out.WriteLine((line ?? Line)(video));
            return end(video);
        }));
        return command;
    }

    private static string Line(JsonObject video)
    {
        string status = VideoWatch.StatusOf(video);
        return status switch
        {
            "queued" or "in_progress" when VideoWatch.LackOf(video) is { } lack => $"{status}, {lack}",
            "queued" => (int?)video["queue_position"] is { } before and > 0 ? $"queued, {before} before it" : "queued",
            "in_progress" => string.Create(CultureInfo.InvariantCulture, $"in_progress, {(string?)video["stage"]} {(int)video["step"]!} of {(int)video["steps"]!}, {(int)video["progress"]!} %"),
            "completed" => string.Join(Environment.NewLine, video["report"]!["files"]!.AsArray().Select(file => (string?)file)),
            "failed" => $"failed: {(string?)video["error"]?["message"]}",
            _ => status,
        };
    }

    private static string Short(string text) => Excerpt.Of(text, 59);
}
