using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Client.Cards;
using OpenSora.Client.Server;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora generate</c>: prompts become videos on cards of this machine, and others that join.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        GenerateFlags flags = new();
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document about the run to standard output.");
        Option<string?> listen = Flag.OptionalText("--listen", "HOST:PORT where further cards may join while it works (opensora card --join http://HOST:PORT); needs OPENSORA_TOKEN.");
        Option<string?> resume = Flag.OptionalText("--resume", "Go on with a job that was stopped or failed, from its last step; of the other flags only --cards, --listen, --json and --verbose count.");
        Option<string?> server = Flag.OptionalText("--server", "A service that makes it, http://HOST:PORT, in the place of cards of this machine; its token is OPENSORA_TOKEN.");
        Command command = new("generate", "Generate videos (or images: --num-frames 1) from prompts.");
        foreach (Option option in flags.All)
            command.Add(option);
        command.Add(server);
        command.Add(listen);
        command.Add(resume);
        command.Add(json);
        command.SetAction((parsed, cancel) =>
        {
            string? job = parsed.GetValue(resume);
            if (parsed.GetValue(server) is { } address)
                return job is null && parsed.GetValue(listen) is null
                    ? RunOn(address, flags, parsed, parsed.IsOn(json), cancel)
                    : throw new InputException("--server does not go with --resume and --listen: a service goes on with its jobs by itself, and says where cards join");
            GenerationRequest? request = job is null ? Checked(flags.Read(parsed)) : null;
            GenerationOrder order = new()
            {
                Request = request,
                PromptInput = PromptInput.Of(request),
                Resume = job,
                Cards = flags.CardsIfGiven(parsed),
                Listen = parsed.GetValue(listen),
            };
            return Run(order, parsed.IsOn(json), flags.Quiet(parsed), cancel);
        });
        return command;
    }

    /// <summary>What can be said without starting anything.</summary>
    public static GenerationRequest Checked(GenerationRequest request)
    {
        GenerationRules.Check(request);
        _ = ClipGeometry.Of(request);
        return request;
    }

    private static async Task<int> Run(GenerationOrder order, bool json, bool quiet, CancellationToken cancel)
    {
        CardEvent last = await Follow(order, quiet, cancel);
        if (last is not Generated { Report: var report })
            return Failure.Report(last);
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(report, ContractsJson.Indented.GenerationReport)
            : string.Join(Environment.NewLine, report.Files));
        return ExitCode.Done;
    }

    /// <summary>Has an order done on this machine, and shows how far it is.</summary>
    /// <returns>The last event.</returns>
    public static async Task<CardEvent> Follow(GenerationOrder order, bool quiet, CancellationToken cancel)
    {
        using CancellationTokenSource stop = CancelKeys.Link(cancel);
        using ChildProcess coordinator = ChildProcess.StartCoordinator(order);
        ProgressDisplay display = new(quiet);
        return await display.Run(async () =>
        {
            CardEvent final = new Failed(ExitCode.CardFailure, "no answer");
            await foreach (CardEvent happened in coordinator.Events(stop.Token))
            {
                display.Show(happened);
                final = happened;
            }
            return final;
        });
    }

    /// <summary>The same by a service: progress here, the file here; stopping it here cancels it there.</summary>
    private static Task<int> RunOn(string address, GenerateFlags flags, ParseResult parsed, bool json, CancellationToken cancel) => ServerFlags.Told(async () =>
    {
        (IReadOnlyDictionary<string, string> fields, string? reference) = flags.ReadFields(parsed);
        (string path, NameReservation held) = flags.HoldName(parsed);
        using NameReservation name = held;
        using VideoServer server = new(address);
        using CancellationTokenSource stop = CancelKeys.Link(cancel);
        JsonObject asked = await server.Submit(fields, reference, stop.Token);
        string id = (string)asked["id"]!;
        ProgressDisplay display = new(flags.Quiet(parsed));
        JsonObject video;
        VideoWatch.ShowNotices(asked, display.Show);
        try
        {
            DiskFullException.Require(path, VideoWatch.LeastBytesOf(asked), "--save-dir");
            video = await display.Run(() => VideoWatch.Follow(server, id, display.Show, stop.Token));
        }
        catch (Exception over) when (over is OperationCanceledException or DiskFullException)
        {
            await server.Delete(id, CancellationToken.None);
            throw;
        }
        if (VideoWatch.Outcome(video) is var code and not ExitCode.Done)
            return code;
        JsonObject report = video["report"]!.AsObject();
        string file = path + Path.GetExtension((string)report["files"]![0]!);
        try
        {
            await server.Download(id, file, cancel);
        }
        catch (DiskFullException full)
        {
            throw new DiskFullException($"{full.Message}; the service keeps the video, and opensora watch {id} --server {address} --save-dir DIR fetches it");
        }
        (report["files"], report["samples"]![0]!["file"]) = (new JsonArray(file), file);
        if (json)
            ServerFlags.Print(report);
        else
            Console.Out.WriteLine(file);
        return ExitCode.Done;
    });
}
