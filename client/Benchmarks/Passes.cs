using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Client.Cards;
using OpenSora.Client.Commands;
using OpenSora.Client.Server;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Benchmarks;

/// <summary>The same request several times, one after the other on the same cards.</summary>
internal static class Passes
{
    /// <summary>On cards of this machine, which are started once.</summary>
    /// <returns>A report for each pass; fewer than were asked for, and why, when one failed.</returns>
    public static async Task<(IReadOnlyList<GenerationReport> Reports, Failed? Failure)> Run(GenerationRequest request, int count, ProgressDisplay display, CancellationToken cancel)
    {
        using ChildProcess coordinator = ChildProcess.StartCoordinator(new GenerationOrder { Request = request, PromptInput = PromptInput.Of(request), Passes = count });
        List<GenerationReport> reports = [];
        await foreach (CardEvent happened in coordinator.Events(cancel))
        {
            switch (happened)
            {
                case PassDone pass:
                    reports.Add(pass.Report);
                    break;
                case Generated last:
                    reports.Add(last.Report);
                    break;
                case Failed failed:
                    return (reports, failed);
                default:
                    display.Show(happened is Progress progress ? progress with { Item = PassOf(reports.Count, count, progress.Item) } : happened);
                    break;
            }
        }
        return (reports, null);
    }

    /// <summary>By a service, which keeps none of the videos.</summary>
    /// <param name="fields">As for <see cref="VideoServer.Submit"/>.</param>
    /// <returns>As <see cref="Run"/>.</returns>
    /// <exception cref="ServerException">It refuses, or does not answer.</exception>
    public static async Task<(IReadOnlyList<GenerationReport> Reports, Failed? Failure)> RunOn(
        VideoServer server, IReadOnlyDictionary<string, string> fields, string? reference, int count, ProgressDisplay display, CancellationToken cancel)
    {
        List<GenerationReport> reports = [];
        while (reports.Count < count)
        {
            string id = (string)(await server.Submit(fields, reference, cancel))["id"]!;
            try
            {
                display.Show(new Notice(PassOf(reports.Count, count, null)!));
                JsonObject video = await VideoWatch.Follow(server, id, display.Show, cancel);
                if (VideoWatch.Failure(video) is { } failure)
                    return (reports, failure);
                reports.Add(video["report"].Deserialize(ContractsJson.Default.GenerationReport)!);
            }
            finally
            {
                await Forget(server, id);
            }
        }
        return (reports, null);
    }

    private static string? PassOf(int done, int count, string? item) => $"pass {done + 1} of {count}{(item is null ? "" : ", " + item)}";

    /// <summary>Cancels it if it is not over, then removes it.</summary>
    private static async Task Forget(VideoServer server, string id)
    {
        try
        {
            await server.Remove(id, CancellationToken.None);
        }
        catch (ServerException gone)
        {
            Console.Error.WriteLine($"opensora: {id} is left with the service: {gone.Message}");
        }
    }
}
