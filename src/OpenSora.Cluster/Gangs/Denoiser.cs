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
internal sealed class Denoiser(Crew crew, CrewWork crewWork, CardClient client, EpochNumbers epochs, ChangeCost changes, Tally tally, ClusterOptions options)
{
    /// <param name="start">Where to begin.</param>
    /// <param name="stepDone">Called with each whole checkpoint, also with those from which one cannot go on; must not wait.</param>
    /// <returns>The latents, and the state of the random numbers after.</returns>
    /// <exception cref="CardException">There are too few cards, or they keep failing.</exception>
    public async Task<(Checkpoint Last, ReadOnlyMemory<byte> Random)> Run(DenoiseWork work, Checkpoint start, Action<Checkpoint> stepDone, CancellationToken cancel)
    {
        Checkpoint last = start;
        ChangeCost.Watch watch = changes.Begin();
        for (int fruitless = 0; fruitless < options.MostFruitlessEpochs;)
        {
            IReadOnlyList<Member> gang = await crew.TakeAll(Math.Min(crew.Most, work.Clip.MostRanks), loaded: true, prefer: null, cancel);
            try
            {
                Epoch epoch = new(client, crewWork, tally, work, gang, last, epochs.Next(), GoesOn);
                EpochEnd end = await epoch.Run(cancel);
                watch.EpochEnds(onPurpose: end.Faults.Count == 0);
                fruitless = end.Last.Step > last.Step || end.Faults.Count == 0 ? 0 : fruitless + 1;
                last = end.Last;
                if (end.Faults.Count > 0)
                    tally.Recomputed(end.Done - last.Step + (end.HadBegun ? 1 : 0));
                if (end.Done > last.Step)
                    crewWork.Say($"--cache {work.Request.Cache}: a gang can go on after step {last.Step}, so {end.Done - last.Step} that were done after it are done again");
                foreach ((Member member, CardFault fault) in end.Faults)
                    await crewWork.Judge(member, fault, Stage.Denoise, last.Step, cancel);
                foreach (Member member in gang.Where(member => member.Card is { IsGone: true, State: not CardState.Draining }))
                    crewWork.Lose(member, "gave no sign of life", Stage.Denoise, last.Step);
                if (end.Random is { } random)
                    return (last, random);
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
                watch.StepEnds();
                return !(work.CanGoOnAfter(whole.Step) && ShouldClose(gang, whole));
            }
        }
        throw new CardException($"no step was done in {options.MostFruitlessEpochs} attempts; the last failure: {crew.LastCause}");

        bool ShouldClose(IReadOnlyList<Member> gang, Checkpoint whole)
        {
            int left = work.Steps - whole.Step, staying = gang.Count(member => member.IsUsable), free = crew.CountFree();
            bool canGrow = gang.Count < work.Clip.MostRanks && free > 0 && left >= options.LeastStepsToGrow;
            bool someoneLeaves = staying < gang.Count && staying + free > 0 && left > 0;
            return canGrow || someoneLeaves;
        }
    }
}
