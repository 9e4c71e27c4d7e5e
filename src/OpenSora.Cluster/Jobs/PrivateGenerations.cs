using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Jobs;

/// <summary>The generations of a process that makes what it was asked for and ends, over the same grains as those of a service.</summary>
public sealed class PrivateGenerations
{
    /// <summary>How often the row is looked at while no event comes.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly IClusterClient _client;
    private readonly MemoryGenerationStore _store;
    private readonly JobRunner _runner;
    private readonly JobStore _jobs;

    internal PrivateGenerations(IClusterClient client, MemoryGenerationStore store, JobRunner runner, JobStore jobs) => (_client, _store, _runner, _jobs) = (client, store, runner, jobs);

    /// <summary>Looks at all of a request that can be looked at without a card, and holds the names of its files for one run at a time. Reads files.</summary>
    /// <param name="tell">What its user should know before it is made.</param>
    /// <returns>The request with the numbers that its files get.</returns>
    /// <exception cref="InputException">It cannot be done as asked, or another run holds one of the names.</exception>
    /// <exception cref="DiskFullException">There is no room for its videos.</exception>
    public (GenerationRequest Settled, NameReservation Names) Reserve(GenerationRequest request, Action<string> tell)
    {
        foreach (string notice in _runner.Check(request))
            tell(notice);
        return _runner.Reserve(request, null);
    }

    /// <summary>Holds the names of a job that is gone on with.</summary>
    /// <exception cref="InputException">Another run holds one of them.</exception>
    public NameReservation Reserve(JobRecord begun) => _runner.Reserve(begun.Request, begun).Names;

    /// <summary>Makes what a request asks for.</summary>
    /// <param name="request">As <see cref="Reserve(GenerationRequest, Action{string})"/> gave it.</param>
    /// <param name="mostCards">The most cards that the job takes, should more come than it asks for.</param>
    /// <param name="tell">Progress and notices.</param>
    /// <exception cref="InputException">It cannot be done as asked.</exception>
    /// <exception cref="CannotFitException">It cannot fit into a card.</exception>
    /// <exception cref="CardException">There are too few cards, or they keep failing; the message says how to go on.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the message says how to go on.</exception>
    public async Task<GenerationReport> Generate(GenerationRequest request, int mostCards, Action<CardEvent> tell, CancellationToken cancel)
    {
        string job = await Task.Run(
            () =>
            {
                using JobFolder folder = _jobs.Create(request);
                return folder.Record.Job;
            }, cancel);
        try
        {
            tell(new Began(job));
            return await Run(Row(job, request, mostCards), null, GoOn(job), tell, cancel);
        }
        catch (Exception refused) when (refused is InputException or CannotFitException)
        {
            await Task.Run(() => _runner.Forget(job), CancellationToken.None); // nobody could go on with it
            throw;
        }
    }

    /// <summary>Goes on with a job.</summary>
    /// <param name="record">As it was read.</param>
    /// <param name="request">That of the record, or the same with another number of cards.</param>
    /// <inheritdoc cref="Generate"/>
    public Task<GenerationReport> Resume(JobRecord record, GenerationRequest request, int mostCards, Action<CardEvent> tell, CancellationToken cancel)
    {
        tell(new Began(record.Job));
        return Run(Row(record.Job, request, mostCards), record.Kind, GoOn(record.Job), tell, cancel);
    }

    /// <summary>Computes steps of a job that is done again, and compares.</summary>
    /// <param name="request">That of the job's record, for the cards that are to compute.</param>
    /// <returns>The report of the run with its <see cref="GenerationReport.Audit"/>.</returns>
    /// <inheritdoc cref="Generate"/>
    public Task<GenerationReport> Audit(AuditOrder order, GenerationRequest request, Action<CardEvent> tell, CancellationToken cancel) =>
        Run(Row(order.Report.Job, request, request.Cards) with { Audit = order }, null, "nothing was changed; begin the audit again", tell, cancel);

    private static VideoRow Row(string job, GenerationRequest request, int mostCards)
    {
        Video video = new() { Id = Video.NewId(), Owner = "", Status = VideoStatus.Queued, Priority = VideoPriority.Normal, CreatedAt = DateTimeOffset.UtcNow, Request = request };
        return new VideoRow { Video = video, Job = job, IsPrivate = true, MostCards = mostCards, TraceParent = Tracing.TraceParent };
    }

    private static string GoOn(string job) => $"go on with: opensora generate --resume {job}";

    private async Task<GenerationReport> Run(VideoRow asked, string? kind, string goOn, Action<CardEvent> tell, CancellationToken cancel)
    {
        VideoRow row = _store.Add(asked);
        string id = row.Video.Id;
        IGenerationGrain grain = _client.GetGrain<IGenerationGrain>(id);
        try
        {
            await using GenerationFollower follower = await GenerationFollower.Begin(_client, id);
            await _client.GetGrain<IClusterGrain>(IClusterGrain.Key).Enqueue(QueuedVideos.Of(row) with { Kind = kind });
            Video over = await Follow(follower, id, tell, cancel);
            return over.Report ?? throw Failure(over.Error!, goOn);
        }
        catch (OperationCanceledException stopped) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException($"stopped; no file was left half-written; {goOn}", stopped, cancel);
        }
        finally
        {
            await grain.Leave();
        }
    }

    private async Task<Video> Follow(GenerationFollower follower, string id, Action<CardEvent> tell, CancellationToken cancel)
    {
        while (true)
        {
            switch (await follower.Next(Look, cancel))
            {
                case StageProgress progress:
                    tell(new Progress(progress.Stage, progress.Done, progress.Total, progress.Item));
                    break;
                case GenerationNotice notice:
                    tell(new Notice(notice.Message));
                    break;
                // The last event, or none for a while: it may be lost.
                case StatusChanged { IsOver: true } or null when (await _store.Find(id, cancel))!.Video is { IsOver: true } over:
                    return over;
            }
        }
    }

    private static Exception Failure(VideoError error, string goOn) => error.Code switch
    {
        "bad_input" => new InputException(error.Message),
        "cannot_fit" => new CannotFitException(error.Message),
        _ => new CardException($"{error.Message}; {goOn}"),
    };
}
