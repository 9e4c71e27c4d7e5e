using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Client.Server;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Sweeps;

/// <summary>What the passes of a cell came to at a service.</summary>
/// <param name="Reports">Of all passes in order; fewer than were asked for when one failed.</param>
/// <param name="Interrupted">Passes, from 0, that the service began again somewhere else: their seconds are those since then.</param>
internal sealed record ServicePasses(IReadOnlyList<GenerationReport> Reports, IReadOnlyList<int> Interrupted, Failed? Failure);

/// <summary>
/// Measures cells at a service, several at once where that is asked for. Each pass has a key of its own, so it is made once,
/// whatever ends this process or the service; its video stays there until the result of the cell is on the disk. Thread-safe.
/// </summary>
internal sealed class ServiceCells(VideoServer server, string address, SweepJournal journal)
{
    /// <summary>How long the service is asked, at the end of the sweep, to cancel and remove what it has.</summary>
    public static readonly TimeSpan RemovalTime = TimeSpan.FromSeconds(30);

    /// <summary>How long after its stop a sweep asks for the name of a video that it may have asked for.</summary>
    private static readonly TimeSpan NameTime = TimeSpan.FromSeconds(10);

    /// <summary>How long a sweep that is told to stop takes, at the most.</summary>
    public static TimeSpan LongestEnd => VideoServer.LastAnswerTime + NameTime + RemovalTime;

    /// <summary>What the service's clock, which tells whole seconds, may show beyond the seconds of a pass that nothing interrupted.</summary>
    private const double MostBeyond = 2;

    private readonly Lock _one = new();
    private readonly HashSet<string> _working = [];

    /// <summary>Takes up what an earlier process of the sweep has left: cells of this sweep go on, others are cancelled.</summary>
    /// <param name="cells">That are to be measured.</param>
    public async Task Begin(IReadOnlyCollection<string> cells)
    {
        AskedPass[] left = [.. journal.Passes.Where(pass => pass.Server == address)];
        foreach (AskedPass unknown in left.Where(pass => pass.Id is null && !cells.Contains(pass.Cell)))
        {
            Console.Error.WriteLine($"opensora: an earlier sweep of this folder did not learn whether {address} took a request of a cell that is no longer asked for: look with opensora jobs");
            journal.Withdraw(unknown.Key);
        }
        foreach (string cell in left.Select(pass => pass.Cell).Distinct())
        {
            // They may all work now, and nobody saw since when.
            if (cells.Contains(cell))
                Enter(cell);
            else
                await Remove(cell);
        }
    }

    /// <param name="pass">Told with the number of each pass, from 0, before it is asked for, and whether it was asked for before.</param>
    /// <exception cref="ServerException">It refuses, or does not answer.</exception>
    public async Task<ServicePasses> Run(SweepCell cell, string id, int count, Action<int, bool> pass, Action<CardEvent> show, CancellationToken cancel)
    {
        (IReadOnlyDictionary<string, string> fields, string? reference) = cell.Fields();
        List<GenerationReport> reports = [];
        List<int> interrupted = [];
        while (reports.Count < count)
        {
            string key = journal.KeyOf(id, reports.Count);
            bool isKnown = journal.Knows(key);
            pass(reports.Count, isKnown);
            JsonObject video = await Make(new AskedPass(id, address, key, null), fields, reference, show, cancel);
            if (isKnown && VideoWatch.Failure(video) is not null)
            {
                // That was the end of an earlier attempt. The key is free when the video is gone.
                await server.Remove((string)video["id"]!, cancel);
                video = await Make(new AskedPass(id, address, key, null), fields, reference, show, cancel);
            }
            if (VideoWatch.Failure(video) is { } failure)
                return new ServicePasses(reports, interrupted, failure);
            GenerationReport report = video["report"].Deserialize(ContractsJson.Default.GenerationReport)!;
            if ((long)video["completed_at"]! - (long)video["started_at"]! > report.Seconds.Total + MostBeyond)
                interrupted.Add(reports.Count);
            reports.Add(report);
        }
        return new ServicePasses(reports, interrupted, null);
    }

    /// <summary>The cells that had cards while this one had.</summary>
    public IReadOnlyList<string> Beside(string id) => journal.Beside(id);

    /// <summary>Cancels and removes what the service has of any cell.</summary>
    public Task RemoveAll() => Task.WhenAll(journal.Passes.Where(pass => pass.Server == address).Select(pass => pass.Cell).Distinct().Select(Remove));

    /// <summary>Cancels and removes what the service has of a cell. What it cannot be told now is removed by the next run of the sweep.</summary>
    public async Task Remove(string id)
    {
        AskedPass[] passes = [.. journal.Passes.Where(pass => pass.Cell == id && pass.Server == address)];
        if (passes.Length == 0)
            return;
        using CancellationTokenSource within = new(RemovalTime);
        try
        {
            foreach (AskedPass pass in passes)
                await server.Remove(pass.Id ?? throw new ServerException(ExitCode.CardFailure, "it did not tell whether it took the request"), within.Token);
            journal.Forget(id);
        }
        catch (Exception away) when (away is ServerException or OperationCanceledException)
        {
            string why = away is ServerException ? away.Message : $"no answer within {RemovalTime.TotalSeconds:0} s";
            Console.Error.WriteLine($"opensora: {string.Join(", ", passes.Select(pass => pass.Id ?? pass.Key))} may be left with {address} ({why}): the same command takes it up");
        }
    }

    private async Task<JsonObject> Make(AskedPass pass, IReadOnlyDictionary<string, string> fields, string? reference, Action<CardEvent> show, CancellationToken cancel)
    {
        string id = await Ask(pass, fields, reference, cancel);
        try
        {
            return await VideoWatch.Follow(server, id, show, cancel, () => Enter(pass.Cell));
        }
        catch (ServerException gone) when (gone.Status == System.Net.HttpStatusCode.NotFound)
        {
            throw new ServerException(ExitCode.CardFailure, $"{id} was removed at {address} by somebody else", gone.Status);
        }
        finally
        {
            lock (_one)
                _working.Remove(pass.Cell);
        }
    }

    private async Task<string> Ask(AskedPass pass, IReadOnlyDictionary<string, string> fields, string? reference, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!journal.Knows(pass.Key))
            journal.Ask(pass);
        JsonObject video;
        try
        {
            video = await server.Submit(fields, reference, cancel, pass.Key);
        }
        catch (ServerException refused) when (refused.IsRefusal)
        {
            journal.Withdraw(pass.Key);
            throw;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The service may have taken it: it tells the name by the key, and then it can be removed.
            using CancellationTokenSource within = new(NameTime);
            video = await server.Submit(fields, reference, within.Token, pass.Key);
        }
        string id = (string)video["id"]!;
        journal.Ask(pass with { Id = id });
        return id;
    }

    private void Enter(string cell)
    {
        lock (_one)
        {
            if (!_working.Add(cell))
                return;
            foreach (string other in _working.Where(other => other != cell))
                journal.Meet(cell, other);
        }
    }
}
