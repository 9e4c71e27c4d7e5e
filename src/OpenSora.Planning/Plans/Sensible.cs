using OpenSora.Contracts.Planning;
using OpenSora.Layout.Gangs;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Plans;

/// <summary>How many cards are worth having for one job.</summary>
internal static class Sensible
{
    /// <summary>Beyond this a curve takes seconds; <c>simulate</c> goes to the end.</summary>
    private const int MostCards = 64;

    /// <summary>Numbers of cards for a curve, up to the most that can share a clip: about three to an octave.</summary>
    public static IEnumerable<int> Counts(int most)
    {
        int[] all = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024];
        return all.Where(count => count < most).Append(most);
    }

    /// <param name="asked">Cards that the user asked for; the curve has them, too.</param>
    /// <param name="threshold">Share of a card that each must add, 0 to 1.</param>
    public static SensibleCards Of(Job job, int asked, double threshold)
    {
        int most = GangPlan.MostRanks(job.Units.Frames);
        int reach = job.Card.IsProcessor ? Math.Min(most, job.Card.CardsPerNode) : Math.Min(most, MostCards);
        ScalingPoint[] curve = [.. Counts(reach).Append(asked).Distinct().Order().Where(cards => Planner.CanLink(job.Card, cards)).Select(cards =>
            new ScalingPoint(cards, job.Step(cards).Seconds, job.Efficiency(cards), job.Step(cards).BytesSent.Sum()))];
        return new SensibleCards(curve.Where(point => point.Efficiency >= threshold).Max(point => point.Cards), most, threshold, curve);
    }
}
