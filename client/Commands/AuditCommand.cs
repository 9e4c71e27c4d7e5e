using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora audit</c>: some steps of a run are computed again and compared with its report.</summary>
internal static class AuditCommand
{
    private const int MostSteps = 1_000_000, MostCards = 4096;

    public static Command Create()
    {
        Argument<string> report = new("REPORT") { Description = "The report of a run with --keep-steps: what generate --json printed." };
        Option<int> steps = Flag.Int("--steps", "How many steps are drawn and computed again.", 3);
        Option<int> cards = Flag.Int("--cards", "Cards of this machine that compute them; any number gives the same bytes.", 1);
        Option<long?> seed = new("--seed") { Description = "Decides which steps are drawn. [default: drawn anew, and told]" };
        Option<string?> device = Flag.OptionalText("--device", "cpu, cuda, cuda:1, gcu or gcu:1. [default: as the run]");
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document about the audit to standard output.");
        Command command = new("audit", "Compute some steps of a run again, and compare them with its report.") { report, steps, cards, seed, device, json };
        command.SetAction((parsed, cancel) => Run(
            new GenerationOrder
            {
                Audit = new AuditOrder
                {
                    Report = Read(parsed.GetRequiredValue(report)),
                    Steps = Within("--steps", parsed.GetValue(steps), MostSteps),
                    Seed = parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                },
                Cards = Within("--cards", parsed.GetValue(cards), MostCards),
                Device = parsed.GetValue(device),
            },
            parsed.IsOn(json),
            cancel));
        return command;
    }

    private static async Task<int> Run(GenerationOrder order, bool json, CancellationToken cancel)
    {
        CardEvent last = await GenerateCommand.Follow(order, quiet: false, cancel);
        if (last is not Generated { Report.Audit: { } audit })
            return Failure.Report(last);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(audit, ContractsJson.Indented.AuditReport) : Words(audit));
        return audit.Findings.Count == 0 ? ExitCode.Done : ExitCode.CasesFailed;
    }

    private static string Words(AuditReport audit)
    {
        List<string> lines = [.. audit.Findings.Select(finding => $"REFUSED  {finding}")];
        lines.AddRange(audit.Steps.Select(step => $"{(step.IsEqual ? "equal    " : "DIFFERENT")} step {step.Step} of clip {step.Loop} of batch {step.Batch}"));
        if (audit.Findings.Count == 0)
        {
            int tenth = Math.Max(1, audit.AllSteps / 10);
            lines.Add($"{audit.Checkpoints} checkpoints have the hashes of the report; {audit.Steps.Count} of {audit.AllSteps} steps were computed again on {audit.Cards} card{(audit.Cards == 1 ? "" : "s")} and are equal (--seed {audit.Seed})");
            lines.Add(FormattableString.Invariant($"one wrong step would have been caught with a probability of {audit.CaughtOf(1):P1}, {tenth} wrong of {audit.AllSteps} with {audit.CaughtOf(tenth):P1}"));
            lines.Add("decoded frames are not part of it");
        }
        return string.Join(Environment.NewLine, lines);
    }

    /// <exception cref="InputException">There is none, or it is none.</exception>
    private static GenerationReport Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ContractsJson.Default.GenerationReport) ?? throw new JsonException("it holds null");
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} is no report of a run ({failure.Message}): give the file that generate --json was written to", failure);
        }
    }

    private static int Within(string flag, int value, int most) =>
        value >= 1 && value <= most ? value : throw new InputException($"{flag} {value} is out of range: give 1 to {most}");
}
