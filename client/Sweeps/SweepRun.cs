using System.Net;
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
/// <param name="AtOnce">Cells that the service is asked for at the same time; 1 without one.</param>
/// <param name="ServerWait">How long a service that does not answer is waited for.</param>
internal sealed record SweepPlan(BenchmarkPlan Passes, int Order, string? CardType, string? CardTypes, double? Limit, string? Server, int AtOnce, TimeSpan ServerWait);

/// <summary>Measures the cells of a matrix, each once, however often it is begun: one after the other, or some at once at a service.</summary>
internal sealed class SweepRun
{
    public const string Schema = "opensora-sweep/1";

    /// <summary>What a cell can come to.</summary>
    public const string Measured = "measured", Infeasible = "infeasible", Broken = "failed";

    private readonly Lock _one = new();
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
        (SweepCell Cell, string Id, PlanReport? Planned)[] order = [.. feasible];
        new Random(_plan.Order).Shuffle(order);
        if (_plan.Server is null)
            await Here(order, cancel);
        else
            await There(_plan.Server, order, cancel);
        return all.Any(one => Status(one.Id) == Broken) ? ExitCode.CardFailure : all.Any(one => Status(one.Id) == Measured) ? ExitCode.Done : ExitCode.CannotFit;
    }

    /// <summary>On cards of this machine, which are started for each cell.</summary>
    private async Task Here((SweepCell Cell, string Id, PlanReport? Planned)[] order, CancellationToken cancel)
    {
        for (int i = 0; i < order.Length; i++)
        {
            (SweepCell cell, string id, PlanReport? planned) = order[i];
            _display.Show(new Notice($"cell {i + 1} of {order.Length}: {Told(cell, planned)}"));
            try
            {
                GenerationRequest request = cell.Request(SaveDir);
                (IReadOnlyList<GenerationReport> reports, Failed? failure) = await _display.Run(() => Passes.Run(request, PassCount, _display, cancel));
                cancel.ThrowIfCancellationRequested();
                Keep(cell, id, planned, new ServicePasses(reports, [], failure), []);
            }
            finally
            {
                if (Directory.Exists(SaveDir))
                    Directory.Delete(SaveDir, recursive: true);
            }
        }
    }

    /// <summary>At a service, as many at once as the plan says.</summary>
    private async Task There(string address, (SweepCell Cell, string Id, PlanReport? Planned)[] order, CancellationToken cancel)
    {
        using SweepJournal journal = new(_folder.Path);
        using VideoServer server = new(address, new Absence(_plan.ServerWait, words => Console.Error.WriteLine($"opensora: {words}")));
        ServiceCells cells = new(server, address, journal);
        await cells.Begin([.. order.Select(one => one.Id)]);
        // What an earlier process has begun is in the service already.
        order = [.. order.OrderByDescending(one => journal.IsOpen(one.Id))];
        bool isAway = false;
        try
        {
            await Parallel.ForEachAsync(
                order.Index(), new ParallelOptions { MaxDegreeOfParallelism = _plan.AtOnce, CancellationToken = cancel },
                async (one, stop) => await Measure(cells, one.Item, $"cell {one.Index + 1} of {order.Length}", stop));
        }
        catch (ServerException gone) when (gone.Status is null)
        {
            isAway = true;
            throw;
        }
        finally
        {
            if (!isAway)
                await cells.RemoveAll();
        }
    }

    private async Task Measure(ServiceCells cells, (SweepCell Cell, string Id, PlanReport? Planned) one, string name, CancellationToken cancel)
    {
        (SweepCell cell, string id, PlanReport? planned) = one;
        // With several at once a bar would jump between them.
        bool isAlone = _plan.AtOnce == 1;
        Action<CardEvent> show = isAlone ? _display.Show : happened =>
        {
            if (happened is Notice notice)
                Say($"{name}: {notice.Message}");
        };
        Say($"{name}: {Told(cell, planned)}");
        ServicePasses passes;
        try
        {
            Task<ServicePasses> Run() => cells.Run(cell, id, PassCount, (pass, isKnown) => show(new Notice($"pass {pass + 1} of {PassCount}{(isKnown ? ", which the service was asked for before" : "")}")), show, cancel);
            passes = await (isAlone ? _display.Run(Run) : Run());
        }
        catch (ServerException refused) when (refused.IsRefusal)
        {
            passes = new ServicePasses([], [], new Failed(refused.Code, refused.Message));
        }
        catch (ServerException failed) when (failed.Status is HttpStatusCode.NotFound or HttpStatusCode.InternalServerError)
        {
            passes = new ServicePasses([], [], new Failed(ExitCode.CardFailure, failed.Message));
        }
        Keep(cell, id, planned, passes, cells.Beside(id));
        await cells.Remove(id);
        if (!isAlone && passes.Failure is null)
            Say($"{name}: measured{(cells.Beside(id).Count is > 0 and var others ? $", beside {others} other{(others == 1 ? "" : "s")}" : "")}");
    }

    private static string Told(SweepCell cell, PlanReport? planned) =>
        string.Join(' ', cell.Line) + (planned?.Seconds is { } seconds ? FormattableString.Invariant($", {seconds.Total:0.0} s a pass predicted") : "");

    private void Say(string words)
    {
        lock (_one)
            _display.Show(new Notice(words));
    }

    private int PassCount => _plan.Passes.Warmups + _plan.Passes.Evaluations;

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

    /// <summary>Writes down what a cell came to.</summary>
    private void Keep(SweepCell cell, string id, PlanReport? planned, ServicePasses passes, IReadOnlyList<string> beside)
    {
        if (passes.Failure is { } why)
        {
            Console.Error.WriteLine($"opensora: {string.Join(' ', cell.Line)}: {why.Message}");
            _folder.Append(Result(cell, id, why.ExitCode is ExitCode.BadInput or ExitCode.CannotFit ? Infeasible : Broken, why.Message, planned, null));
            return;
        }
        string[] line = ["benchmark", .. cell.Line, "--warmup-count", $"{_plan.Passes.Warmups}", "--eval-count", $"{_plan.Passes.Evaluations}", .. _plan.Server is null ? (string[])[] : ["--server", _plan.Server]];
        // What was planned for a processor says nothing of another card.
        bool comparable = _plan.CardType is not null || (planned?.CardType.Name == "cpu") == passes.Reports[^1].Device.StartsWith("cpu", StringComparison.Ordinal);
        JsonObject result = Result(cell, id, Measured, null, comparable ? planned : null, BenchmarkReport.Of(cell.Request(SaveDir), _plan.Passes, passes.Reports, line));
        if (_plan.Server is not null)
            result["service"] = new JsonObject
            {
                ["beside"] = new JsonArray([.. beside.Select(other => (JsonNode)other)]),
                ["interrupted_passes"] = new JsonArray([.. passes.Interrupted.Select(pass => (JsonNode)pass)]),
            };
        _folder.Append(result);
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
