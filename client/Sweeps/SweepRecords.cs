using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Client.Benchmarks;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;

namespace OpenSora.Client.Sweeps;

/// <summary>A cell that is to be measured.</summary>
/// <param name="Id">See <see cref="SweepCell.Id"/>.</param>
/// <param name="Planned">What is expected of it; null when that is not known.</param>
internal sealed record PlannedCell(SweepCell Cell, string Id, PlanReport? Planned)
{
    /// <summary>Its flags as they are typed, and what is expected.</summary>
    public override string ToString() =>
        string.Join(' ', Cell.Line) + (Planned?.Seconds is { } seconds ? FormattableString.Invariant($", {seconds.Total:0.0} s a pass predicted") : "");
}

/// <summary>What disturbed the seconds of a cell at a service.</summary>
/// <param name="Beside">Cells that had cards at the same time.</param>
/// <param name="Interrupted">Passes, from 0, of which the seconds are only those since the service went on with them.</param>
internal sealed record AtService(IReadOnlyList<string> Beside, IReadOnlyList<int> Interrupted);

/// <summary>Writes down what cells came to. Thread-safe.</summary>
internal sealed class SweepRecords(SweepPlan plan, SweepFolder folder)
{
    /// <summary>For the videos, which are not kept.</summary>
    public string SaveDir => Path.Combine(folder.Path, ".sweep-videos");

    /// <returns>What the cell came to the last time; null when it was not tried yet.</returns>
    public string? Status(string id) => (string?)folder.Of(id)?["status"];

    /// <summary>A cell is not tried. The same reason is written once.</summary>
    public void Refuse(PlannedCell one, string reason)
    {
        if (Status(one.Id) != SweepRun.Infeasible || (string?)folder.Of(one.Id)!["reason"] != reason)
            folder.Append(Result(one, SweepRun.Infeasible, reason, null));
    }

    /// <summary>What a cell came to when it was tried.</summary>
    /// <param name="reports">Of all passes in order, where none failed.</param>
    /// <param name="service">What there is to tell of its passes at a service; null for cards of this machine.</param>
    public void Keep(PlannedCell one, IReadOnlyList<GenerationReport> reports, Failed? failure, AtService? service)
    {
        (SweepCell cell, _, PlanReport? planned) = one;
        if (failure is { } why)
        {
            Console.Error.WriteLine($"opensora: {string.Join(' ', cell.Line)}: {why.Message}");
            folder.Append(Result(one, why.ExitCode is ExitCode.BadInput or ExitCode.CannotFit ? SweepRun.Infeasible : SweepRun.Broken, why.Message, null));
            return;
        }
        string[] line = ["benchmark", .. cell.Line, "--warmup-count", $"{plan.Passes.Warmups}", "--eval-count", $"{plan.Passes.Evaluations}", .. plan.Server is null ? (string[])[] : ["--server", plan.Server]];
        // What was planned for a processor says nothing of another card.
        bool comparable = plan.CardType is not null || (planned?.CardType.Name == "cpu") == reports[^1].Device.StartsWith("cpu", StringComparison.Ordinal);
        JsonObject result = Result(comparable ? one : one with { Planned = null }, SweepRun.Measured, null, BenchmarkReport.Of(cell.Request(SaveDir), plan.Passes, reports, line));
        if (service is not null)
            result["service"] = new JsonObject
            {
                ["beside"] = new JsonArray([.. service.Beside.Select(other => (JsonNode)other)]),
                ["interrupted_passes"] = new JsonArray([.. service.Interrupted.Select(pass => (JsonNode)pass)]),
            };
        folder.Append(result);
    }

    private static JsonObject Result(PlannedCell one, string status, string? reason, JsonObject? report) => new()
    {
        ["schema"] = SweepRun.Schema,
        ["cell"] = one.Id,
        ["status"] = status,
        ["reason"] = reason,
        ["flags"] = new JsonObject(one.Cell.Flags.Select(flag => KeyValuePair.Create(flag.Key, (JsonNode?)string.Join(' ', flag.Value)))),
        ["predicted"] = one.Planned is not { } planned ? null : new JsonObject
        {
            ["card_type"] = planned.CardType.Name,
            ["seconds"] = JsonSerializer.SerializeToNode(planned.Seconds, ContractsJson.Default.PredictedSeconds),
            ["memory_bytes"] = planned.Memory.PeakBytes,
        },
        ["report"] = report,
    };
}
