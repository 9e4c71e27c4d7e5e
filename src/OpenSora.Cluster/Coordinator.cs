using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Crews;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;

namespace OpenSora.Cluster;

/// <summary>What a service that keeps videos wants of a coordinator.</summary>
public sealed record CoordinatorHooks
{
    /// <summary>The kind of cards that a new job takes. Default: null (that of the first one).</summary>
    public string? Kind { get; init; }

    /// <summary>The span that a job is a part of, as W3C's traceparent. Default: null (none).</summary>
    public string? TraceParent { get; init; }

    /// <summary>Called with each whole checkpoint; must not wait. Default: null.</summary>
    public Action<Checkpoint>? StepDone { get; init; }

    /// <summary>Called when all files are there, before the job is forgotten: after a crash in between it is called again. Default: null.</summary>
    public Func<GenerationReport, Task>? Keep { get; init; }
}

/// <summary>
/// Makes videos on the cards of a directory, several jobs at once if there are cards for them. What a job needs to go on is
/// kept until it is done.
/// </summary>
public sealed class Coordinator(CardDirectory directory, CardClient client, JobStore store, ClusterOptions options)
{
    private readonly EpochNumbers _epochs = new();
    private readonly Tokenizers _tokenizers = new();

    /// <summary>Looks at all of a request that can be looked at without a card. Reads files.</summary>
    /// <param name="media">The files, for this request.</param>
    /// <exception cref="InputException">It cannot be done as asked.</exception>
    public void Check(GenerationRequest request, IJobMedia media)
    {
        GenerationRules.Check(request);
        CardLimit.Check(request);
        new RequestPlan(request, Directory.GetCurrentDirectory(), _tokenizers).Check(media);
    }

    /// <summary>Makes what a request asks for.</summary>
    /// <param name="media">The files, for this request.</param>
    /// <param name="mostCards">The most cards that the job takes, should more come than it asks for.</param>
    /// <param name="tell">Progress and notices.</param>
    /// <exception cref="InputException">It cannot be done as asked.</exception>
    /// <exception cref="CannotFitException">It cannot fit into a card.</exception>
    /// <exception cref="CardException">There are too few cards, or they keep failing; the message says how to go on.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the message says how to go on.</exception>
    public async Task<GenerationReport> Generate(GenerationRequest request, IJobMedia media, int mostCards, Action<CardEvent> tell, CancellationToken cancel, CoordinatorHooks? hooks = null)
    {
        await Task.Run(() => Check(request, media), cancel);
        JobFolder folder = store.Create(request);
        return await Run(folder, isNew: true, media, mostCards, tell, hooks ?? new(), cancel);
    }

    /// <summary>Goes on with a job that was opened; it is closed at the end.</summary>
    /// <inheritdoc cref="Generate"/>
    public Task<GenerationReport> Resume(JobFolder folder, IJobMedia media, int mostCards, Action<CardEvent> tell, CancellationToken cancel, CoordinatorHooks? hooks = null) =>
        Run(folder, isNew: false, media, mostCards, tell, hooks ?? new(), cancel);

    private async Task<GenerationReport> Run(JobFolder folder, bool isNew, IJobMedia media, int mostCards, Action<CardEvent> tell, CoordinatorHooks hooks, CancellationToken cancel)
    {
        using JobFolder open = folder;
        JobVoice voice = new(tell);
        Tally tally = new();
        Keeper keeper = new(voice);
        string job = folder.Record.Job, goOn = $"go on with: opensora generate --resume {job}";
        using Crew crew = new(directory, options, voice, job, mostCards, folder.Record.Kind ?? hooks.Kind) { SetsOneAside = folder.Record.Request.TextEncoderCard };
        CrewWork work = new(crew, client, directory, options, tally, voice);
        Begin();
        using Activity? span = Tracing.Job(hooks.TraceParent)?.SetTag("opensora.job", job).SetTag("opensora.resumed", !isNew)
            .SetTag("opensora.cards", folder.Record.Request.Cards).SetTag("opensora.steps", folder.Record.Request.NumSamplingSteps);
        try
        {
            GenerationReport report = folder.Record.Report ?? await new GenerationJob(new JobContext(
                folder, new RequestPlan(folder.Record.Request, folder.Record.Folder, _tokenizers), keeper, crew, work, new Loading(crew, work, Stage.Load), client, _epochs, media, voice, tally, new StageClock(), options, hooks.StepDone)).Run(cancel);
            await keeper.Finish();
            if (hooks.Keep is { } keep)
            {
                folder.Record = folder.Record with { Report = report };
                folder.Save();
                await keep(report);
            }
            folder.Remove();
            return report;
        }
        catch (Exception error) when (isNew && error is InputException or CannotFitException)
        {
            span.Fail(error);
            await keeper.Finish();
            folder.Remove();
            throw;
        }
        catch (CardException error)
        {
            span.Fail(error);
            await keeper.Finish();
            throw new CardException($"{error.Message}; {goOn}", error);
        }
        catch (OperationCanceledException stopped)
        {
            span.Fail(stopped);
            await keeper.Finish();
            throw new OperationCanceledException($"stopped; no file was left half-written; {goOn}", stopped, cancel);
        }

        void Begin()
        {
            try
            {
                tell(new Began(job));
            }
            catch when (isNew)
            {
                // Nobody knows of it, so nobody would go on with it.
                folder.Remove();
                throw;
            }
        }
    }
}
