using System.Net;
using OpenSora.Client.Cards;
using OpenSora.Client.Server;
using OpenSora.Contracts;

namespace OpenSora.Client.Sweeps;

/// <summary>Measures cells at a service, as many at once as the plan says.</summary>
/// <param name="address">The service.</param>
/// <param name="folder">Of the sweep.</param>
internal sealed class ServiceSweep(SweepPlan plan, string address, string folder, SweepRecords records, ProgressDisplay display)
{
    private readonly Lock _one = new();

    /// <exception cref="ServerException">It stays away for longer than the plan says, or lets nobody in.</exception>
    public async Task Run(PlannedCell[] order, CancellationToken cancel)
    {
        using SweepJournal journal = new(folder);
        using VideoServer server = new(address, new Absence(plan.ServerWait, words => Console.Error.WriteLine($"opensora: {words}")));
        ServiceCells cells = new(server, address, journal);
        await cells.Begin([.. order.Select(one => one.Id)]);
        // What an earlier process has begun is in the service already.
        order = [.. order.OrderByDescending(one => journal.IsOpen(one.Id))];
        bool isAway = false;
        try
        {
            await Parallel.ForEachAsync(
                order.Index(), new ParallelOptions { MaxDegreeOfParallelism = plan.AtOnce, CancellationToken = cancel },
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

    private async Task Measure(ServiceCells cells, PlannedCell one, string name, CancellationToken cancel)
    {
        // With several at once a bar would jump between them.
        bool isAlone = plan.AtOnce == 1;
        Action<CardEvent> show = isAlone ? display.Show : happened =>
        {
            if (happened is Notice notice)
                Say($"{name}: {notice.Message}");
        };
        Say($"{name}: {one}");
        ServicePasses passes;
        try
        {
            Task<ServicePasses> Run() => cells.Run(one.Cell, one.Id, plan.PassCount, (pass, isKnown) => show(new Notice($"pass {pass + 1} of {plan.PassCount}{(isKnown ? ", which the service was asked for before" : "")}")), show, cancel);
            passes = await (isAlone ? display.Run(Run) : Run());
        }
        catch (ServerException refused) when (refused.IsRefusal)
        {
            passes = new ServicePasses([], [], new Failed(refused.Code, refused.Message));
        }
        catch (ServerException failed) when (failed.Status is HttpStatusCode.NotFound or HttpStatusCode.InternalServerError)
        {
            passes = new ServicePasses([], [], new Failed(ExitCode.CardFailure, failed.Message));
        }
        IReadOnlyList<string> beside = cells.Beside(one.Id);
        records.Keep(one, passes.Reports, passes.Failure, new AtService(beside, passes.Interrupted));
        await cells.Remove(one.Id);
        if (!isAlone && passes.Failure is null)
            Say($"{name}: measured{(beside.Count is > 0 and var others ? $", beside {others} other{(others == 1 ? "" : "s")}" : "")}");
    }

    private void Say(string words)
    {
        lock (_one)
            display.Show(new Notice(words));
    }
}
