using System.CommandLine;
using System.Text.Json;
using OpenSora.Client.Tables;
using OpenSora.Contracts;
using OpenSora.Contracts.Planning;
using OpenSora.Planning.Simulation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora simulate</c>: a cluster event by event, and how near the simulation is to published times.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        ClipFlags clip = new(cards: 8, resolution: "720p", frames: "16s");
        Option<string> scenario = Flag.Choice("--scenario", "calibration: published times against simulated ones; scaling: one job on more and more cards; units: one job in units of several sizes; service: jobs over a cluster; sharing: requests of many sizes, with cards that stay and cards that move.", "all", "all", "calibration", "scaling", "units", "service", "sharing");
        Option<string> cardType = Flag.Text("--card-type", "h100-80g, h200, h800-80g, a100-80g, or one of --card-types whose speed is given.", "h100-80g");
        Option<string?> cardTypes = Flag.OptionalPath("--card-types", "YAML file with more card types.");
        Option<int> cluster = Flag.Int("--cluster", "Cards of the cluster; --cards are those of one job.", 1024);
        Option<int> jobs = Flag.Int("--jobs", "Jobs at each load of the service.", 20_000);
        Option<double> failures = Flag.Double("--failures", "Failures of one card in a day.", 0.01);
        Option<int> textLength = Flag.Int("--text-length", "Tokens of the prompt.", 100);
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document to standard output.");
        Command command = new("simulate", "Simulate a cluster: calibration against published times, scaling of one job, waits of a service.")
            { scenario, cardType, cardTypes, cluster, jobs, failures, textLength, json };
        foreach (Option option in clip.All)
            command.Add(option);
        command.SetAction((parsed, cancel) => Run(
            new SimulationRequest
            {
                Generation = clip.Read(parsed),
                Scenario = parsed.GetRequiredValue(scenario),
                CardType = parsed.GetRequiredValue(cardType),
                CardTypes = parsed.GetValue(cardTypes) is { } file ? Path.GetFullPath(file) : null,
                ClusterCards = parsed.GetValue(cluster),
                Jobs = parsed.GetValue(jobs),
                FailuresPerCardDay = parsed.GetValue(failures),
                TextLength = parsed.GetValue(textLength),
            },
            parsed.IsOn(json),
            cancel));
        return command;
    }

    private static async Task<int> Run(SimulationRequest request, bool json, CancellationToken cancel)
    {
        using CancellationTokenSource stop = CancelKeys.Link(cancel);
        SimulationReport report = await Task.Run(() => Simulator.Run(request, stop.Token), stop.Token);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(report, ContractsJson.Indented.SimulationReport) : SimulationTable.Of(report));
        return ExitCode.Done;
    }
}
