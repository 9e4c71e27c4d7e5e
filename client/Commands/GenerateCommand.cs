using System.CommandLine;
using System.Text.Json;
using OpenSora.Client.Cards;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora generate</c>: prompts become videos on a card of this machine.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        GenerateFlags flags = new();
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document about the run to standard output.");
        Command command = new("generate", "Generate videos (or images: --num-frames 1) from prompts.");
        foreach (Option option in flags.All)
            command.Add(option);
        command.Add(json);
        command.SetAction((parsed, cancel) => Run(flags.Read(parsed), parsed.IsOn(json), flags.Quiet(parsed), cancel));
        return command;
    }

    private static async Task<int> Run(GenerationRequest request, bool json, bool quiet, CancellationToken cancel)
    {
        GenerationRules.Check(request);
        using CancellationTokenSource stop = CancelKeys.Link(cancel);
        using CardProcess card = CardProcess.Start("generate", request, ContractsJson.Default.GenerationRequest);
        ProgressDisplay display = new(quiet);
        CardEvent last = await display.Run(async () =>
        {
            CardEvent final = new Failed(ExitCode.CardFailure, "no answer");
            await foreach (CardEvent happened in card.Events(stop.Token))
            {
                display.Show(happened);
                final = happened;
            }
            return final;
        });
        if (last is not Generated { Report: var report })
            return Failure.Report(last);
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(report, ContractsJson.Indented.GenerationReport)
            : string.Join(Environment.NewLine, report.Files));
        return ExitCode.Done;
    }
}
