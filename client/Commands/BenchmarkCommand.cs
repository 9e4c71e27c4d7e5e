using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using OpenSora.Client.Benchmarks;
using OpenSora.Client.Cards;
using OpenSora.Client.Server;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora benchmark</c>: the flags and the report of the original's <c>benchmark_open_sora.py</c>.</summary>
internal static class BenchmarkCommand
{
    /// <summary>Bytes of a report: of the whole, and of each pass.</summary>
    private const long LeastReport = 3 << 10, LeastPass = 1 << 9;

    /// <param name="line">The whole command line, for the report.</param>
    public static Command Create(string[] line)
    {
        GenerateFlags flags = new();
        Option<int> warmups = Flag.Int("--warmup-count", "Passes before those that are measured, of the same steps.", 1);
        Option<int> evaluations = Flag.Int("--eval-count", "Passes that are measured.", 1);
        Option<string> path = Flag.Path("--benchmark-save-path", "The report, JSON.", "./benchmark/report-opensora-v1.2.json");
        Option<Toggle> compatible = Flag.Bool("--compat-qps", "Compute QPS as the original does: a thousand times the frames of one video a second, whatever the number of prompts.");
        Option<Toggle> host = Flag.Bool("--host-info", "Put the name and the address of this machine into the report.");
        Option<Toggle> json = Flag.Bool("--json", "Print the report to standard output, too.");
        Option<string?> server = Flag.OptionalText("--server", "A service to measure, http://HOST:PORT, in the place of cards of this machine; its token is OPENSORA_TOKEN.");
        Option[] own = [warmups, evaluations, path, compatible, host, json, server];
        Command command = new("benchmark", "Measure how long a generation takes: warm-up passes, then measured ones, on the same cards.");
        foreach (Option option in flags.All.Where(option => own.All(mine => mine.Name != option.Name)).Concat(own))
            command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            BenchmarkPlan plan = new(
                Flag.Within("--warmup-count", parsed.GetValue(warmups), 0, 1000), Flag.Within("--eval-count", parsed.GetValue(evaluations), 1, 1000), parsed.IsOn(compatible), parsed.IsOn(host));
            string file = Path.GetFullPath(parsed.GetRequiredValue(path));
            GenerationRequest request = GenerateCommand.Checked(flags.Read(parsed));
            if (request.PromptGenerator is { Length: > 0 })
                throw new InputException("--prompt-generator never ends, and a benchmark must: give --prompt");
            if (request.PromptAsPath)
                throw new InputException("--prompt-as-path skips what is there, and a benchmark makes the same files again: leave it out");
            int count = plan.Warmups + plan.Evaluations;
            if (file == request.SaveLatent || Path.GetExtension(file) is ".mp4" or ".png")
                throw new InputException($"--benchmark-save-path {file} is the name of a result, which the report would replace: name a file that ends in .json");
            using NameReservation held = NameReservation.Take(NameReservation.Always, _ => [new ReservedName(file, [file], "--benchmark-save-path")]).Held;
            DiskFullException.Require(file, LeastReport + count * LeastPass, "--benchmark-save-path");
            ProgressDisplay display = new(flags.Quiet(parsed));
            using CancellationTokenSource stop = CancelKeys.Link(cancel);
            if (parsed.GetValue(server) is { } address)
                return await ServerFlags.Told(async () =>
                {
                    (IReadOnlyDictionary<string, string> fields, string? reference) = flags.ReadFields(parsed);
                    using VideoServer service = new(address);
                    (IReadOnlyList<GenerationReport> reports, Failed? refusal) = await display.Run(() => Passes.RunOn(service, fields, reference, count, display, stop.Token));
                    return refusal is null ? Write(BenchmarkReport.Of(request, plan, reports, line), file, parsed.IsOn(json)) : Failure.Report(refusal);
                });
            (IReadOnlyList<GenerationReport> made, Failed? failure) = await display.Run(() => Passes.Run(request, count, display, stop.Token));
            return failure is null ? Write(BenchmarkReport.Of(request, plan, made, line), file, parsed.IsOn(json)) : Failure.Report(failure);
        });
        return command;
    }

    /// <summary>The whole report or none, then what matters in a line or two. What was measured is not lost with the file.</summary>
    private static int Write(JsonObject report, string file, bool json)
    {
        try
        {
            AtomicFile.WriteText(file, report.ToJsonString(ServerFlags.Indented) + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            ServerFlags.Print(report);
            Console.Error.WriteLine($"opensora: {(failure is DiskFullException ? "" : $"{file} could not be written: ")}{failure.Message.TrimEnd('.')}; the report is on standard output");
            return ExitCode.CardFailure;
        }
        if (json)
        {
            ServerFlags.Print(report);
            return ExitCode.Done;
        }
        JsonObject figures = report["statistics"]!["infer_seconds"]!.AsObject();
        string interval = figures["interval_95"] is JsonArray both ? string.Create(CultureInfo.InvariantCulture, $", 95 % {(double)both[0]!:0.000} to {(double)both[1]!:0.000}") : "";
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(double)figures["median"]!:0.000} s a pass (median of {(int)figures["count"]!}{interval}), {(double)report["frames_per_second"]!:0.00} frames/s, networks loaded in {(double)report["performance_info"]!["model_load_time"]!:0.000} s"));
        if (!(bool)report["same_bytes_in_all_passes"]!)
            Console.Error.WriteLine("opensora: the passes did not give the same bytes: see runs in the report");
        Console.Out.WriteLine(file);
        return ExitCode.Done;
    }
}
