using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Crews;
using OpenSora.Cluster.Jobs;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Gangs;

/// <summary>
/// From noise to latents over as many epochs as it takes. After a loss, the cards that are left go on from the last whole
/// step; cards that come join, and cards that leave are let go, between two steps. With a cache, all of that is after steps only
/// that the next one takes nothing from.
/// </summary>
internal sealed class Denoiser(Crew crew, CrewWork crewWork, CardClient client, EpochNumbers epochs, Tally tally, ClusterOptions options)
{
    /// <param name="start">Where to begin.</param>
    /// <param name="until">Steps that are to be done.</param>
    /// <param name="stepDone">Called with each whole checkpoint, also with those from which one cannot go on; must not wait.</param>
    /// <returns>The last checkpoint from which one can go on, and the state of the random numbers after all steps; null when not all are done.</returns>
    /// <exception cref="CardException">There are too few cards, or they keep failing.</exception>
    public async Task<(Checkpoint Last, ReadOnlyMemory<byte>? Random)> Run(DenoiseWork work, Checkpoint start, int until, Action<Checkpoint> stepDone, CancellationToken cancel)
    {
        Checkpoint last = start;
        for (int fruitless = 0; fruitless < options.MostFruitlessEpochs;)
        {
            IReadOnlyList<Member> gang = await crew.TakeAll(Math.Min(crew.Most, work.Clip.MostRanks), loaded: true, prefer: null, cancel);
            try
            {
                Epoch epoch = new(client, crewWork, tally, work, gang, last, until, epochs.Next(), GoesOn);
                EpochEnd end = await epoch.Run(cancel);
                fruitless = end.Last.Step > last.Step || end.Faults.Count == 0 ? 0 : fruitless + 1;
                last = end.Last;
                if (end.Faults.Count > 0)
                    tally.Recomputed(end.Done - last.Step + (end.HadBegun ? 1 : 0));
                if (end.Done > last.Step && end.Done < until)
                    crewWork.Say($"--cache {work.Request.Cache}: a gang can go on after step {last.Step}, so {end.Done - last.Step} that were done after it are done again");
                foreach ((Member member, CardFault fault) in end.Faults)
                    await crewWork.Judge(member, fault, Stage.Denoise, last.Step, cancel);
                foreach (Member member in gang.Where(member => member.Card is { IsGone: true, State: not CardState.Draining }))
                    crewWork.Lose(member, "gave no sign of life", Stage.Denoise, last.Step);
                if (end.Done == until && (end.Random is not null || until < work.Steps))
                    return (last, end.Random);
            }
            finally
            {
                foreach (Member member in gang)
                    crew.Give(member);
            }

            bool GoesOn(Checkpoint whole)
            {
                foreach (Member member in gang)
                    crewWork.Progressed(member);
                stepDone(whole);
                return !(work.CanGoOnAfter(whole.Step) && ShouldClose(gang, whole));
            }
        }
        throw new CardException($"no step was done in {options.MostFruitlessEpochs} attempts; the last failure: {crew.LastCause}");

        bool ShouldClose(IReadOnlyList<Member> gang, Checkpoint whole)
        {
            int left = until - whole.Step, staying = gang.Count(member => member.Card.IsUsable), free = crew.CountFree();
            bool canGrow = gang.Count < work.Clip.MostRanks && free > 0 && left >= options.LeastStepsToGrow;
            bool someoneLeaves = staying < gang.Count && staying + free > 0 && left > 0;
            return canGrow || someoneLeaves;
        }
    }
}
