using OpenSora.Contracts.Planning;
using OpenSora.Planning.Cards;

namespace OpenSora.Planning.Published;

/// <summary>
/// Three published times give three numbers, and all others are predicted with them. The numbers are found anew each time,
/// so they follow from this code and the published times alone.
/// </summary>
public sealed class Calibration
{
    /// <summary>What of its nominal rate a link between accelerators reaches in an all-to-all: an assumption, not fitted.</summary>
    public const double LinkShare = 0.7;

    /// <summary>
    /// What of its peak a processor reaches: 53 GFLOP/s of 256 measured with two threads of OpenBLAS (docs/simulator.md).
    /// </summary>
    public const double ProcessorShare = 0.2;

    private readonly CardType _h100, _h800;
    private readonly PublishedTime _cardRate, _olderRate = PublishedTimes.OlderRate, _olderLink;

    /// <param name="cardRate">A video of Open-Sora 1.2 on one card.</param>
    /// <param name="olderLink">Several cards with the older model.</param>
    internal Calibration(PublishedTime cardRate, PublishedTime olderLink)
    {
        IReadOnlyList<CardType> known = CardTypes.Known(null);
        (_h100, _h800, _cardRate, _olderLink) = (CardTypes.Named("h100-80g", known), CardTypes.Named("h800-80g", known), cardRate, olderLink);
        CardShare = Solve(cardRate.Seconds, share => Seconds(cardRate, share, LinkShare));
        OlderShare = Solve(_olderRate.Seconds, share => Seconds(_olderRate, share, LinkShare));
        OlderLinkShare = Solve(olderLink.Seconds, link => Seconds(olderLink, OlderShare, link));
    }

    /// <summary>What plans and simulations use.</summary>
    public static Calibration Standard { get; } = new(PublishedTimes.CardRate, PublishedTimes.OlderLink);

    /// <summary>What of its peak an accelerator reaches in the matrix products of Open-Sora 1.2.</summary>
    public double CardShare { get; }

    /// <summary>The same in the older model of the 8-card times.</summary>
    public double OlderShare { get; }

    /// <summary>What of its nominal rate the link of that node reaches.</summary>
    public double OlderLinkShare { get; }

    /// <summary>What of its peak a card reaches.</summary>
    public double ShareOf(CardType card) => card.IsProcessor ? ProcessorShare : CardShare;

    /// <summary>What of its nominal rate a card's link reaches.</summary>
    public static double LinkShareOf(CardType card) => card.IsProcessor ? 1 : LinkShare;

    public CalibrationReport Report()
    {
        PublishedPoint[] points = [.. PublishedTimes.All.Select(Point)];
        PublishedPoint[] judged = [.. points.Where(point => !point.Fitted)];
        return new CalibrationReport(
            [
                new("share of an accelerator's peak", CardShare, "1", _cardRate.Name),
                new("share of peak in the older model", OlderShare, "1", _olderRate.Name),
                new("share of the link's rate in the older system", OlderLinkShare, "1", _olderLink.Name),
            ],
            points, judged.Average(point => Math.Abs(point.Error)), judged.Length);
    }

    private PublishedPoint Point(PublishedTime time)
    {
        bool older = time.System != PublishedSystem.OpenSora12;
        double simulated = Seconds(time, older ? OlderShare : CardShare, older ? OlderLinkShare : LinkShare);
        bool fitted = time == _cardRate || time == _olderRate || time == _olderLink;
        return new PublishedPoint(time.Name, time.Source, time.Seconds, simulated, simulated / time.Seconds - 1, fitted);
    }

    private double Seconds(PublishedTime time, double share, double linkShare) =>
        new PublishedModel(time, time.System == PublishedSystem.OpenSora12 ? _h100 : _h800, share).Seconds(linkShare);

    /// <summary>The share from 0.1 % to 100 % at which a falling time is as wanted, to twelve digits, by bisection.</summary>
    private static double Solve(double seconds, Func<double, double> time)
    {
        (double low, double high) = (0.001, 1);
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = time(middle) > seconds ? (middle, high) : (low, middle);
        }
        return (low + high) / 2;
    }
}
