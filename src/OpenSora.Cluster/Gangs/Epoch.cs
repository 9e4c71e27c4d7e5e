using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Jobs;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Gangs;

/// <summary>
/// One attempt of one gang at the steps that are left: all ranks at once, whole checkpoints as they hand in their frames.
/// The first failure ends it for all.
/// </summary>
/// <param name="part">The steps of it.</param>
/// <param name="stepDone">Called with each whole checkpoint; false closes the epoch there.</param>
internal sealed class Epoch(
    CardTaskClient client, CardTaskRunner tasks, JobStatistics statistics, DenoiseWork work, IReadOnlyList<Member> ranks, Checkpoint from, EpochPart part, long number, Func<Checkpoint, bool> stepDone)
{
    private readonly CheckpointAssembly _assembly = new(from.Samples.Count, work.Clip.Latents, work.Clip.LatentFrameBytes);
    private readonly List<(Member, CardFault)> _faults = [];
    private readonly HashSet<int> _heard = [];
    private readonly Dictionary<(int Step, int Rank), IReadOnlyList<ExchangeSum>> _sums = [];
    private Checkpoint? _before;
    private Checkpoint? _last;
    private Checkpoint? _done;
    private ReadOnlyMemory<byte>? _random;
    private double _evenBytes;
    private Exception? _failure;
    private bool _closed;
    private Activity? _span;
    private DateTimeOffset _stepBegan;

    /// <exception cref="InputException">A card says that no card can do it.</exception>
    public async Task<EpochEnd> Run(CancellationToken cancel)
    {
        using Activity? span = Tracing.Source.StartActivity($"epoch {number}")?.SetTag("opensora.cards", ranks.Count);
        (_span, _stepBegan) = (span, DateTimeOffset.UtcNow);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAll(ranks.Select((_, rank) => RunRank(rank, over)));
        cancel.ThrowIfCancellationRequested();
        if (_failure is not null)
            throw _failure;
        int done = (_done ?? from).Step;
        statistics.HadToSend(_evenBytes * (done - from.Step));
        return new EpochEnd(
            _last ?? from, done, done == work.Steps ? _random : null, _faults, _heard.Count == ranks.Count && done < part.Until && !_closed, _before ?? from, new StepProof(ranks, _sums));
    }

    private async Task RunRank(int rank, CancellationTokenSource over)
    {
        Member member = ranks[rank];
        try
        {
            Answer<Denoised> answer = await client.Run<Denoised>(
                member.Card, work.Order(number, ranks, rank, from, part), (reply, parts) => tasks.Hear(member, reply, parts, (said, frames) => Hear(rank, said, frames, over)), over.Token);
            statistics.SawMemory(member.Name, answer.Header.PeakMemoryBytes);
            (_random, _evenBytes) = (answer.Parts[0], Math.Max(_evenBytes, answer.Header.EvenBytes));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
        }
        catch (CardFault fault)
        {
            // What comes after the end is its consequence.
            if (!over.IsCancellationRequested)
                _faults.Add((Accused(rank, fault), fault));
            over.Cancel();
        }
        catch (Exception failure)
        {
            _failure ??= failure;
            over.Cancel();
        }
    }

    private void Hear(int rank, CardReply reply, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationTokenSource over)
    {
        _heard.Add(rank);
        if (reply is not StepHandedIn step)
            return;
        if (step.NotFinite is { } why)
            throw new InputException(why);
        statistics.DidStep(ranks[rank].Name, step.Counts);
        _evenBytes = Math.Max(_evenBytes, step.EvenBytes);
        if (step.Sums is { } sums)
            _sums[(step.Step, rank)] = sums;
        if (_assembly.Add(step, parts) is not { } whole || _closed)
            return;
        Tracing.Step(_span, whole.Step, _stepBegan);
        Instruments.Step.Record((DateTimeOffset.UtcNow - _stepBegan).TotalSeconds);
        _stepBegan = DateTimeOffset.UtcNow;
        _done = whole;
        if (work.CanGoOnAfter(whole.Step))
            _last = whole;
        if (whole.Step == part.CheckedAfter)
            _before = whole;
        if (stepDone(whole))
            return;
        _closed = true;
        over.Cancel();
    }

    /// <summary>Whom a failure is about: a rank may name another one that kept it from its work.</summary>
    private Member Accused(int rank, CardFault fault) =>
        fault is CardFailedException { Rank: { } named } && named >= 0 && named < ranks.Count ? ranks[named] : ranks[rank];
}
