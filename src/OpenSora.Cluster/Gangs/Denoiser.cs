using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Jobs;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Gangs;

/// <summary>
/// From noise to latents over as many epochs as it takes. After a loss, the cards that are left go on from the last whole
/// step; cards that come join, and cards that leave are let go, between two steps. With a cache, all of that is after steps only
/// that the next one takes nothing from. A step that is to be checked ends an epoch, and counts when other cards have computed it to the same bytes.
/// </summary>
internal sealed class Denoiser(JobCards jobCards, CardTaskRunner tasks, CardTaskClient client, EpochNumbers epochs, ChangeCost changes, JobStatistics statistics, ClusterOptions options)
{
    /// <summary>How often a step is computed at the most, if its cards differ: each of two cards twice.</summary>
    private const int MostComputings = 4;

    /// <param name="start">Where to begin.</param>
    /// <param name="until">Steps that are to be done.</param>
    /// <param name="stepDone">Called with each whole checkpoint, also with those from which one cannot go on; must not wait.</param>
    /// <returns>The last checkpoint from which one can go on, and the state of the random numbers after all steps; null when not all are done.</returns>
    /// <exception cref="CardException">There are too few cards, they keep failing, or they compute otherwise and nobody can tell who is wrong.</exception>
    public async Task<(Checkpoint Last, ReadOnlyMemory<byte>? Random)> Run(DenoiseWork work, Checkpoint start, int until, Action<Checkpoint> stepDone, CancellationToken cancel)
    {
        Checkpoint last = start;
        List<Checkpoint> held = [];
        ChangeCost.Watch watch = changes.Begin();
        for (int fruitless = 0; fruitless < options.MostFruitlessEpochs;)
        {
            EpochPart part = work.PartAfter(last.Step, until);
            held.Clear();
            IReadOnlyList<Member> gang = await jobCards.AcquireAll(Math.Min(jobCards.Most, work.Clip.MostRanks), loaded: true, prefer: null, cancel);
            try
            {
                EpochEnd end = await new Epoch(client, tasks, statistics, work, gang, last, part, epochs.Next(), GoesOn).Run(cancel);
                watch.EpochEnds(onPurpose: end.Faults.Count == 0);
                if (end.Done == part.Until && part.CheckedAfter is { } before)
                {
                    if (await IsRight(work, end, part, cancel))
                    {
                        statistics.Checked(end.Done - before);
                        held.ForEach(stepDone);
                    }
                    else
                    {
                        statistics.Recomputed(end.Done - before);
                        end = end with { Last = end.Before, Done = before, Random = null };
                    }
                }
                fruitless = end.Last.Step > last.Step || end.Faults.Count == 0 && end.Done == part.Until ? 0 : fruitless + 1;
                last = end.Last;
                if (end.Faults.Count > 0)
                    statistics.Recomputed(end.Done - last.Step + (end.HadBegun ? 1 : 0));
                if (end.Done > last.Step && end.Done < until)
                    tasks.Say($"--cache {work.Request.Cache}: a gang can go on after step {last.Step}, so {end.Done - last.Step} that were done after it are done again");
                await JudgeAll(gang, end, cancel);
                if (end.Done == until && (end.Random is not null || until < work.Steps))
                    return (last, end.Random);
            }
            finally
            {
                foreach (Member member in gang)
                    jobCards.Return(member);
            }

            bool GoesOn(Checkpoint whole)
            {
                foreach (Member member in gang)
                    tasks.Progressed(member);
                if (whole.Step > part.CheckedAfter)
                {
                    held.Add(whole);
                    return true;
                }
                stepDone(whole);
                watch.StepEnds();
                return !(work.CanGoOnAfter(whole.Step) && ShouldClose(gang, whole));
            }
        }
        throw new CardException($"no step was done in {options.MostFruitlessEpochs} attempts; the last failure: {jobCards.LastCause}");

        bool ShouldClose(IReadOnlyList<Member> gang, Checkpoint whole)
        {
            int left = until - whole.Step, staying = gang.Count(member => member.IsUsable), free = jobCards.CountFree();
            bool canGrow = gang.Count < work.Clip.MostRanks && free > 0 && left >= options.LeastStepsToGrow;
            bool someoneLeaves = staying < gang.Count && staying + free > 0 && left > 0;
            return canGrow || someoneLeaves;
        }
    }

    private async Task JudgeAll(IReadOnlyList<Member> gang, EpochEnd end, CancellationToken cancel)
    {
        foreach ((Member member, CardFault fault) in end.Faults)
            await tasks.Judge(member, fault, Stage.Denoise, end.Last.Step, cancel);
        foreach (Member member in gang.Where(member => member.Card is { IsGone: true, State: not CardState.Draining }))
            tasks.Lose(member, "gave no sign of life", Stage.Denoise, end.Last.Step);
    }

    /// <summary>
    /// Computes the checked steps again with each rank on the next card, until all agree or somebody is odd: who contradicts itself, or is alone against two
    /// that agree. Who is odd is retired.
    /// </summary>
    /// <returns>False when they are to be begun again.</returns>
    /// <exception cref="CardException">Two cards compute otherwise, each the same again and again.</exception>
    private async Task<bool> IsRight(DenoiseWork work, EpochEnd first, EpochPart part, CancellationToken cancel)
    {
        List<StepProof> proofs = [first.Proof];
        IReadOnlyList<Member> ranks = first.Proof.Ranks;
        if (ranks.Count == 1)
            tasks.Say($"--self-check {work.Request.SelfCheck}: {ranks[0]} is the only card, and computes its steps again itself: an error that it makes each time stays");
        while (true)
        {
            Member[] round = [.. ranks.Select((_, rank) => ranks[(rank + proofs.Count) % ranks.Count])];
            EpochEnd again = await new Epoch(client, tasks, statistics, work, round, first.Before, part, epochs.Next(), _ => true).Run(cancel);
            if (again.Done < part.Until)
            {
                await JudgeAll(round, again with { Last = first.Before }, cancel);
                return false;
            }
            proofs.Add(again.Proof);
            ProofVerdict verdict = StepProof.Compare(proofs);
            if (verdict.AreEqual)
                return true;
            foreach (Member odd in verdict.Odd)
                tasks.Retire(odd, $"computes otherwise than {(ranks.Count > 2 ? "other cards" : "it did itself")}: {verdict.Place}", Stage.Denoise, first.Before.Step);
            if (verdict.Odd.Count == 0 && proofs.Count < Math.Max(MostComputings, ranks.Count))
                continue;
            statistics.Differed();
            return verdict.Odd.Count > 0 ? false : throw new CardException(
                $"--self-check: {string.Join(" and ", ranks)} compute {verdict.Place} otherwise, each of them the same again: nobody can tell which is wrong, so give one card more");
        }
    }
}
