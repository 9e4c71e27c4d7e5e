using OpenSora.Contracts.Generation;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Simulation;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Plans;

/// <summary>What a reader of a plan should know about its figures.</summary>
internal static class Notes
{
    public static IReadOnlyList<string> Of(CardType card, Job? job, GenerationRequest request)
    {
        List<string> notes = [];
        if (job is null && card.IsProcessor)
            notes.Add($"no time is predicted: {request.Cards} cards of this size have no cores of their own, there are cores for {card.CardsPerNode}: give --threads or fewer cards");
        else if (job is null)
            notes.Add($"no time is predicted: speed or link of {card.Name} is not published ({card.Source})");
        else if (LaunchNote(job) is { } note)
            notes.Add(note);
        if (card.IsProcessor && request.Cards > 1)
            notes.Add("cards of one processor share its memory and its cores: mapped fp32 weights, which they share too, are counted for each");
        notes.Add("memory is that of one clip; references and continued clips (--loop) add their latents");
        return notes;
    }

    /// <summary>Where kernels are so small that launching them takes longer than they do.</summary>
    private static string? LaunchNote(Job job)
    {
        Effort forward = job.Forward;
        double all = 2 * job.Rate.Seconds(forward), computing = 2 * (job.Rate with { KernelSeconds = 0 }).Seconds(forward);
        return all > 1.2 * computing
            ? FormattableString.Invariant($"launches bind: {2 * forward.Kernels:0} kernels a step take {all:0.00} s on one card, of which computing and memory are {computing:0.00} s")
            : null;
    }
}
