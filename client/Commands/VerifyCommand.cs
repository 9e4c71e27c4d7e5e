using System.CommandLine;
using System.Text.Json;
using OpenSora.Client.Cards;
using OpenSora.Contracts;
using OpenSora.Contracts.Verification;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora verify</c>: this machine's kernels against the original's reference tensors, case by case.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<string?> golden = Flag.OptionalPath("--golden", "Folder of reference tensors: checkpoints/ and case*/. [default: none; the demo model is compared with the processor's results of torch's own kernels]");
        Option<string?> device = Flag.OptionalText("--device", "cpu, cuda, cuda:1, gcu or gcu:1. [default: the best one present]");
        Option<string> dtype = Flag.Choice("--dtype", "Number type of the models.", "fp32", "fp32", "bf16", "fp16");
        Option<int?> threads = Flag.OptionalInt("--threads", "CPU threads of libtorch and BLAS. [default: all cores]");
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document to standard output.");
        Command command = new("verify", "Compare this machine's kernels with reference tensors of the original.") { golden, device, dtype, threads, json };
        command.SetAction((parsed, cancel) => Run(
            new VerificationRequest
            {
                Golden = parsed.GetValue(golden) is { } folder ? Path.GetFullPath(folder) : null,
                Device = parsed.GetValue(device),
                Dtype = parsed.GetRequiredValue(dtype),
                Threads = parsed.GetValue(threads),
            },
            parsed.IsOn(json),
            cancel));
        return command;
    }

    private static async Task<int> Run(VerificationRequest request, bool json, CancellationToken cancel)
    {
        if (request.Golden is not null && !Directory.Exists(request.Golden))
            throw new InputException($"--golden '{request.Golden}' is not a folder; give one with checkpoints/ and case*/ in it");
        using CancellationTokenSource stop = CancelKeys.Link(cancel);
        using ChildProcess card = ChildProcess.StartCard("verify", request, ContractsJson.Default.VerificationRequest);
        CardEvent last = new Failed(ExitCode.CardFailure, "no answer");
        await foreach (CardEvent happened in card.Events(stop.Token))
        {
            if (happened is CaseVerified { Case: var row } && !json)
                Console.Out.WriteLine(Row(row));
            else if (happened is Notice notice)
                Console.Error.WriteLine(notice.Message);
            last = happened;
        }
        if (last is not Verified { Report: var report })
            return Failure.Report(last);
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(report, ContractsJson.Indented.VerificationReport)
            : $"{report.Passed} passed, {report.Failed} failed on {report.Device} in {report.Dtype}");
        return report.Failed == 0 ? ExitCode.Done : ExitCode.CasesFailed;
    }

    private static string Row(VerifiedCase row) => FormattableString.Invariant(
        $"{row.Name,-48} {row.MaxError,9:0.0e+00} {row.Tolerance,9:0.0e+00}  {(row.Ok ? "ok" : "FAILED")}{Note("", row.Detail)}{Note("differs on purpose: ", row.OnPurpose)}");

    private static string Note(string title, string? note) => note is null ? "" : $"  {title}{note}";
}
