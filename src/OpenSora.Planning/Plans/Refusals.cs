using OpenSora.Contracts.Planning;
using OpenSora.Layout.Gangs;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Memory;

namespace OpenSora.Planning.Plans;

/// <summary>Says why a request does not fit, and what would do.</summary>
internal static class Refusals
{
    private const double Gigabyte = 1e9;

    /// <summary>null when it fits.</summary>
    public static DoesNotFit? Of(Fit fit, CardType card, GangPlan plan, IReadOnlyList<CardType> known)
    {
        PlannedMemory memory = fit.Fullest(card, plan);
        if (memory.PeakBytes <= memory.UsableBytes)
            return null;
        int? cards = FewestCards(fit, card, plan);
        string[] types = [.. known.Where(other => other != card && !other.IsProcessor && fit.Fits(other, plan)).Select(other => other.Name)];
        MemoryPart largest = CardMemory.AtPeak(memory.Parts).MaxBy(part => part.Bytes)!;
        string message = $"this does not fit: card {memory.Rank} of {plan.Ranks} would hold {Size(memory.PeakBytes)}, "
            + $"and {Size(memory.UsableBytes)} of the {Size(card.MemoryBytes)} of {card.Name} can be used; most of it is {largest.Name}, {Size(largest.Bytes)}. "
            + $"What would do: {Remedy(fit, memory, cards, types)}";
        return new DoesNotFit(message, memory.PeakBytes, memory.UsableBytes, cards, types);
    }

    private static string Remedy(Fit fit, PlannedMemory memory, int? cards, string[] types)
    {
        string more = cards is { } count ? $"--cards {count}" : "more of these cards do not help (only the tokens are shared)";
        string larger = $"cards with at least {Size(memory.PeakBytes * (long)100 / 95)}{(types.Length > 0 ? $" ({string.Join(", ", types)})" : "")}";
        string smaller = fit.FramesPerBatch > 1 && memory.Parts.Where(part => part.When == "decode").Sum(part => part.Bytes) > memory.PeakBytes / 4 ? ", or --micro-batch-size 1" : "";
        return $"{more}, or {larger}{smaller}";
    }

    /// <summary>More cards hold less of the tokens each.</summary>
    private static int? FewestCards(Fit fit, CardType card, GangPlan plan)
    {
        for (int cards = plan.Ranks + 1; cards <= GangPlan.MostRanks(fit.Units.Frames); cards++)
            if (fit.Fits(card, GangPlan.For(fit.Units, cards)))
                return cards;
        return null;
    }

    private static string Size(long bytes) => FormattableString.Invariant($"{bytes / Gigabyte:0.0} GB");
}
