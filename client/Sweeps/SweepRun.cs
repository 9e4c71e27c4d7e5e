using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Client.Benchmarks;
using OpenSora.Client.Cards;
using OpenSora.Client.Server;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Planning.Plans;

namespace OpenSora.Client.Sweeps;

/// <summary>How a sweep is done.</summary>
/// <param name="Passes">Of each cell.</param>
/// <param name="Order">Seed of the order of cells; what a machine does to one cell after the other is not to look like a trend.</param>
/// <param name="CardType">For planning; null for what this machine has.</param>
/// <param name="Limit">Seconds that a pass of a cell may be predicted to take; null for any.</param>
/// <param name="Server">Null for cards of this machine.</param>
internal sealed record SweepPlan(BenchmarkPlan Passes, int Order, string? CardType, string? CardTypes, double? Limit, string? Server);

/// <summary>Measures the cells of a matrix one after the other, each once, however often it is begun.</summary>
internal sealed class SweepRun
{
    public const string Schema = "opensora-sweep/1";

    /// <summary>What a cell can come to.</summary>
    public const string Measured = "measured", Infeasible = "infeasible", Broken = "failed";

    private readonly SweepPlan _plan;
    private readonly SweepFolder _folder;
    private readonly ProgressDisplay _display;

    /// <exception cref="InputException">The folder has figures of another build, and those are not one table with ours.</exception>
    public SweepRun(SweepPlan plan, SweepFolder folder, ProgressDisplay display)
    {
        (_plan, _folder, _display) = (plan, folder, display);
        if (folder.Results.Select(result => (string?)result["report"]?["commit"]).FirstOrDefault(commit => commit is not null && commit != BenchmarkReport.Commit) is { } other)
            throw new InputException($"--out {folder.Path} was measured by commit {other}, and this is {BenchmarkReport.Commit}: give another folder");
    }

    /// <returns>See <see cref="ExitCode"/>: done when no cell failed and one at least is measured.</returns>
    /// <exception cref="OperationCanceledException">It was told to stop; what is measured stays.</exception>
    public async Task<int> Run(IReadOnlyList<SweepCell> cells, CancellationToken cancel)
    {
        (SweepCell Cell, string Id)[] all = [.. cells.Select(cell => (cell, cell.Id(_plan.Passes.Warmups, _plan.Passes.Evaluations, _plan.Server)))];
        List<(SweepCell, string, PlanReport?)> feasible = [];
        foreach ((SweepCell cell, string id) in all.Where(one => Status(one.Id) != Measured))
            if (Plan(cell, id) is (true, var planned))
                feasible.Add((cell, id, planned));
        _display.Show(new Notice($"{all.Length} cells: {feasible.Count} to measure, {all.Count(one => Status(one.Id) == Measured)} measured before, {all.Count(one => Status(one.Id) == Infeasible)} cannot be done"));
        (SweepCell, string, PlanReport?)[] order = [.. feasible];
        new Random(_plan.Order).Shuffle(order);
        int done = 0;
        foreach ((SweepCell cell, string id, PlanReport? planned) in order)
        {
            string expected = planned?.Seconds is { } seconds ? FormattableString.Invariant($", {seconds.Total:0.0} s a pass predicted") : "";
            _display.Show(new Notice($"cell {++done} of {order.Length}: {string.Join(' ', cell.Line)}{expected}"));
            await Measure(cell, id, planned, cancel);
        }
        return all.Any(one => Status(one.Id) == Broken) ? ExitCode.CardFailure : all.Any(one => Status(one.Id) == Measured) ? ExitCode.Done : ExitCode.CannotFit;
    }

    private string? Status(string id) => (string?)_folder.Of(id)?["status"];

    /// <summary>Whether the cell can be done, without doing it; that it cannot is written down.</summary>
    private (bool Fits, PlanReport? Planned) Plan(SweepCell cell, string id)
    {
        string? reason;
        PlanReport? planned = null;
        try
        {
            GenerationRequest request = cell.Request(SaveDir);
            if (_plan.Server is not null && _plan.CardType is null)
                return (true, null); // it plans, and refuses
            PlanRequest question = new() { Generation = request, CardType = _plan.CardType, CardTypes = _plan.CardTypes, TextLength = request.ModelMaxLength };
            planned = Planner.Plan(question);
            reason = planned.Refusal?.Message;
        }
        catch (InputException bad)
        {
            reason = bad.Message;
        }
        if (reason is null && _plan.Limit is { } limit && planned?.Seconds?.Total > limit)
            reason = FormattableString.Invariant($"a pass would take {planned.Seconds.Total:0.0} s as predicted, more than --cell-limit {limit}");
        if (reason is not null && (Status(id) != Infeasible || (string?)_folder.Of(id)!["reason"] != reason))
            _folder.Append(Result(cell, id, Infeasible, reason, planned, null));
        return (reason is null, planned);
    }

    private async Task Measure(SweepCell cell, string id, PlanReport? planned, CancellationToken cancel)
    {
        GenerationRequest request = cell.Request(SaveDir);
        int count = _plan.Passes.Warmups + _plan.Passes.Evaluations;
        IReadOnlyList<GenerationReport> reports = [];
        Failed? failure;
        try
        {
            if (_plan.Server is null)
            {
                (reports, failure) = await _display.Run(() => Passes.Run(request, count, _display, cancel));
            }
            else
            {
                (IReadOnlyDictionary<string, string> fields, string? reference) = cell.Fields();
                using VideoServer server = new(_plan.Server);
                (reports, failure) = await _display.Run(() => Passes.RunOn(server, fields, reference, count, _display, cancel));
            }
        }
        catch (ServerException refused) when (refused.Code is ExitCode.BadInput or ExitCode.CannotFit)
        {
            failure = new Failed(refused.Code, refused.Message);
        }
        finally
        {
            if (Directory.Exists(SaveDir))
                Directory.Delete(SaveDir, recursive: true);
        }
        cancel.ThrowIfCancellationRequested();
        if (failure is { } why)
        {
            Console.Error.WriteLine($"opensora: {string.Join(' ', cell.Line)}: {why.Message}");
            _folder.Append(Result(cell, id, why.ExitCode is ExitCode.BadInput or ExitCode.CannotFit ? Infeasible : Broken, why.Message, planned, null));
            return;
        }
        string[] line = ["benchmark", .. cell.Line, "--warmup-count", $"{_plan.Passes.Warmups}", "--eval-count", $"{_plan.Passes.Evaluations}", .. _plan.Server is null ? (string[])[] : ["--server", _plan.Server]];
        // What was planned for a processor says nothing of another card.
        bool comparable = _plan.CardType is not null || (planned?.CardType.Name == "cpu") == reports[^1].Device.StartsWith("cpu", StringComparison.Ordinal);
        _folder.Append(Result(cell, id, Measured, null, comparable ? planned : null, BenchmarkReport.Of(request, _plan.Passes, reports, line)));
    }

    /// <summary>For the videos, which are not kept.</summary>
    private string SaveDir => Path.Combine(_folder.Path, ".sweep-videos");

    private static JsonObject Result(SweepCell cell, string id, string status, string? reason, PlanReport? planned, JsonObject? report) => new()
    {
        ["schema"] = Schema,
        ["cell"] = id,
        ["status"] = status,
        ["reason"] = reason,
        ["flags"] = new JsonObject(cell.Flags.Select(flag => KeyValuePair.Create(flag.Key, (JsonNode?)string.Join(' ', flag.Value)))),
        ["predicted"] = planned is null ? null : new JsonObject
        {
            ["card_type"] = planned.CardType.Name,
            ["seconds"] = JsonSerializer.SerializeToNode(planned.Seconds, ContractsJson.Default.PredictedSeconds),
            ["memory_bytes"] = planned.Memory.PeakBytes,
        },
        ["report"] = report,
    };
}
