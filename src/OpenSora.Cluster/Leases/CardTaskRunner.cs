using Microsoft.Extensions.Logging.Abstractions;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Jobs;
using OpenSora.Contracts.Cards;
using Polly;
using Polly.Retry;

namespace OpenSora.Cluster.Leases;

/// <summary>What a task other than a denoise is part of, and what it takes.</summary>
/// <param name="Stage">For the report of a loss.</param>
internal sealed record WorkKind(string Stage)
{
    /// <summary>Only a card that has the networks gets it. Default: true.</summary>
    public bool NeedsLoaded { get; init; } = true;

    /// <summary>Which cards to take first. Default: any.</summary>
    public Func<Member, bool>? Prefer { get; init; }

    /// <summary>Called before each further attempt.</summary>
    public Action? Retried { get; init; }

    /// <summary>Called with the name of the card that did it.</summary>
    public Action<string>? Worker { get; init; }

    /// <summary>Whether an answer is all that was asked for. Default: it is.</summary>
    public Func<LastReply, bool>? Accepts { get; init; }
}

/// <summary>Tasks done by any card of a job, elsewhere when one fails; and what becomes of cards that fail.</summary>
internal sealed class CardTaskRunner(JobCards jobCards, CardTaskClient client, ClusterCards directory, CardLeases leases, ClusterOptions options, JobStatistics statistics, JobProgress progress)
{
    /// <summary>Does one task. A task is a pure function of its order, so another attempt gives the same bytes.</summary>
    /// <param name="listen">Called at each attempt: who hears the replies before the last one.</param>
    /// <exception cref="CardFault">It failed everywhere it was tried.</exception>
    public async Task<Answer<T>> Run<T>(
        WorkKind kind, TaskOrder order, Func<Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>>? listen, CancellationToken cancel) where T : LastReply
    {
        ResiliencePipeline retry = new ResiliencePipelineBuilder { Name = "task" }.ConfigureTelemetry(NullLoggerFactory.Instance).AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<CardFault>(),
            MaxRetryAttempts = options.MostRetries,
            Delay = TimeSpan.FromMilliseconds(20),
            UseJitter = true,
            BackoffType = DelayBackoffType.Exponential,
            OnRetry = _ =>
            {
                kind.Retried?.Invoke();
                Instruments.TasksRetried.Add(1);
                return default;
            },
        }).Build();
        // On the turns of the job's grain, all of it.
        ResilienceContext turns = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancel);
        try
        {
            return await retry.ExecuteAsync(Attempt, turns);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(turns);
        }

        async ValueTask<Answer<T>> Attempt(ResilienceContext attempt)
        {
            Member member = await jobCards.Acquire(kind.NeedsLoaded, kind.Prefer, cancel);
            Answer<T> answer = await RunOn<T>(member, kind.Stage, order, listen?.Invoke(), cancel);
            if (kind.Accepts?.Invoke(answer.Header) == false)
                throw new CardLostException(member.Card, "left out a part of its answer");
            kind.Worker?.Invoke(member.Name);
            return answer;
        }
    }

    /// <summary>Does one task on a card that was taken, and gives the card back.</summary>
    public async Task<Answer<T>> RunOn<T>(
        Member member, string stage, TaskOrder order, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>? heard, CancellationToken cancel) where T : LastReply
    {
        try
        {
            Answer<T> answer = await client.Run<T>(member.Card, order, (reply, parts) => Hear(member, reply, parts, heard), cancel);
            statistics.SawMemory(member.Name, answer.Header.PeakMemoryBytes);
            member.HasText |= order.Task is EncodeTextTask or LoadTask { Networks: [Network.Text] };
            if (answer.Header is not Loaded)
                Progressed(member);
            return answer;
        }
        catch (CardFault fault)
        {
            await Judge(member, fault, stage, 0, cancel);
            throw;
        }
        finally
        {
            jobCards.Return(member);
        }
    }

    /// <summary>A card did something that need not be done again.</summary>
    public void Progressed(Member member)
    {
        member.Strikes = 0;
        member.Successes++;
        member.Card.HasWorked = true;
    }

    /// <summary>What a card says beside its results.</summary>
    public void Hear(Member member, CardReply reply, IReadOnlyList<ReadOnlyMemory<byte>> parts, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>? heard)
    {
        if (reply is Told told)
            progress.Say(told.Message);
        else if (reply is Alive alive)
            directory.See(member.Card, alive.State, alive.FreeMemoryBytes);
        heard?.Invoke(reply, parts);
    }

    /// <summary>
    /// Decides what becomes of a card that is at fault, or that another rank accuses. It is asked: without an answer it is
    /// lost; else the network may be at fault, or a machine that is too busy, and it has some more chances. One that is busy
    /// still ends what it was told to stop, and is waited for.
    /// </summary>
    /// <param name="step">Steps done.</param>
    public async Task Judge(Member member, CardFault fault, string stage, int step, CancellationToken cancel)
    {
        jobCards.Note(fault.Message);
        if (fault is not (CardLeavingException or CardBusyException) && await leases.Failed(member))
            progress.Say($"{member.Name} failed too often: it rests for {options.Rest.TotalSeconds:0} s");
        CardState? state = fault is CardLeavingException ? CardState.Draining : (await client.Probe(member.Card, cancel))?.State;
        if (state is null)
            Lose(member, fault is CardFailedException ? "does not answer" : fault.Cause, stage, step);
        else if (state == CardState.Draining)
            directory.See(member.Card, CardState.Draining);
        else if (fault is CardBusyException)
            await UntilIdle(member, stage, step, cancel);
        else if (++member.Strikes >= options.MostStrikes)
            Lose(member, fault.Cause, stage, step);
    }

    /// <summary>A line for the user.</summary>
    public void Say(string message) => progress.Say(message);

    /// <summary>A card that was at work is lost for good.</summary>
    public void Lose(Member member, string cause, string stage, int step)
    {
        if (!jobCards.Exclude(member, cause))
            return;
        statistics.Lost(member.Name, stage, step, cause);
        progress.Say($"{member.Name} is lost while in {stage}: {cause}");
        directory.Bury(member.Card, cause);
    }

    /// <summary>A card that computed otherwise than others is lost, and does not come back into this job.</summary>
    public void Retire(Member member, string cause, string stage, int step)
    {
        jobCards.Retire(member);
        Lose(member, cause, stage, step);
    }

    private async Task UntilIdle(Member member, string stage, int step, CancellationToken cancel)
    {
        while ((await client.Probe(member.Card, cancel))?.State is var state && state != CardState.Idle)
        {
            if (state is null)
            {
                Lose(member, "does not answer", stage, step);
                return;
            }
            if (state == CardState.Draining)
            {
                directory.See(member.Card, CardState.Draining);
                return;
            }
            await Task.Delay(options.Silence / 20, cancel);
        }
    }
}
