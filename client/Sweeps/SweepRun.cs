using OpenSora.Client.Benchmarks;
using OpenSora.Client.Cards;
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
internal sealed record SweepPlan(BenchmarkPlan Passes, int Order, string? CardType, string? CardTypes, double? Limit, string? Server, int AtOnce, TimeSpan ServerWait)
{
    public int PassCount => Passes.Warmups + Passes.Evaluations;
}

/// <summary>Measures the cells of a matrix, each once, however often it is begun: one after the other, or some at once at a service.</summary>
internal sealed class SweepRun
{
    public const string Schema = "opensora-sweep/1";

    /// <summary>What a cell can come to.</summary>
    public const string Measured = "measured", Infeasible = "infeasible", Broken = "failed";

    private readonly SweepPlan _plan;
    private readonly SweepFolder _folder;
    private readonly SweepRecords _records;
    private readonly ProgressDisplay _display;

    /// <exception cref="InputException">The folder has figures of another build, and those are not one table with ours.</exception>
    public SweepRun(SweepPlan plan, SweepFolder folder, ProgressDisplay display)
    {
        (_plan, _folder, _records, _display) = (plan, folder, new SweepRecords(plan, folder), display);
        if (folder.Results.Select(result => (string?)result["report"]?["commit"]).FirstOrDefault(commit => commit is not null && commit != BenchmarkReport.Commit) is { } other)
            throw new InputException($"--out {folder.Path} was measured by commit {other}, and this is {BenchmarkReport.Commit}: give another folder");
    }

    /// <returns>See <see cref="ExitCode"/>: done when no cell failed and one at least is measured.</returns>
    /// <exception cref="OperationCanceledException">It was told to stop; what is measured stays.</exception>
    public async Task<int> Run(IReadOnlyList<SweepCell> cells, CancellationToken cancel)
    {
        (SweepCell Cell, string Id)[] all = [.. cells.Select(cell => (cell, cell.Id(_plan.Passes.Warmups, _plan.Passes.Evaluations, _plan.Server)))];
        List<PlannedCell> feasible = [];
        foreach ((SweepCell cell, string id) in all.Where(one => _records.Status(one.Id) != Measured))
            if (Plan(cell, id) is (true, var planned))
                feasible.Add(new PlannedCell(cell, id, planned));
        _display.Show(new Notice($"{all.Length} cells: {feasible.Count} to measure, {all.Count(one => _records.Status(one.Id) == Measured)} measured before, {all.Length - feasible.Count - all.Count(one => _records.Status(one.Id) == Measured)} cannot be done"));
        PlannedCell[] order = [.. feasible];
        new Random(_plan.Order).Shuffle(order);
        if (_plan.Server is null)
            await Here(order, cancel);
        else
            await new ServiceSweep(_plan, _plan.Server, _folder.Path, _records, _display).Run(order, cancel);
        return all.Any(one => _records.Status(one.Id) == Broken) ? ExitCode.CardFailure : all.Any(one => _records.Status(one.Id) == Measured) ? ExitCode.Done : ExitCode.CannotFit;
    }

    /// <summary>On cards of this machine, which are started for each cell.</summary>
    private async Task Here(PlannedCell[] order, CancellationToken cancel)
    {
        for (int i = 0; i < order.Length; i++)
        {
            _display.Show(new Notice($"cell {i + 1} of {order.Length}: {order[i]}"));
            try
            {
                GenerationRequest request = order[i].Cell.Request(_records.SaveDir);
                (IReadOnlyList<GenerationReport> reports, Failed? failure) = await _display.Run(() => Passes.Run(request, _plan.PassCount, _display, cancel));
                cancel.ThrowIfCancellationRequested();
                // Its videos are in the folder of the sweep.
                _records.Keep(order[i], reports, failure is null ? null : failure with { Message = failure.Message.Replace("--save-dir", "--out", StringComparison.Ordinal) }, null);
            }
            finally
            {
                if (Directory.Exists(_records.SaveDir))
                    Directory.Delete(_records.SaveDir, recursive: true);
            }
        }
    }

    /// <summary>Whether the cell can be done, without doing it; that it cannot is written down.</summary>
    private (bool Fits, PlanReport? Planned) Plan(SweepCell cell, string id)
    {
        string? reason;
        PlanReport? planned = null;
        try
        {
            GenerationRequest request = cell.Request(_records.SaveDir);
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
        if (reason is not null)
            _records.Refuse(new PlannedCell(cell, id, planned), reason);
        return (reason is null, planned);
    }
}
