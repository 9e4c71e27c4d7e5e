using OpenSora.Contracts.Videos;

namespace OpenSora.Planning.Sharing;

/// <summary>One kind of clip, and what it takes.</summary>
/// <param name="StepSeconds">Of a step, on so many cards.</param>
/// <param name="Chunks">That it is decoded in, each by one card.</param>
/// <param name="MostUseful">Cards that could share it.</param>
/// <param name="Sensible">Cards that have a unit to do each.</param>
/// <param name="Weight">How often it is asked for, beside the others.</param>
internal sealed record ClipKind(string Name, int Steps, Func<int, double> StepSeconds, int Chunks, double ChunkSeconds, int MostUseful, int Sensible, double Weight)
{
    /// <summary>Seconds of one card.</summary>
    public double Work => (Steps * StepSeconds(1)) + (Chunks * ChunkSeconds);
}

/// <summary>A request.</summary>
/// <param name="At">Seconds after the beginning.</param>
/// <param name="Guess">What the scheduler thinks of its work, over what is true.</param>
internal sealed record Asked(string Id, double At, ClipKind Clip, string Owner, VideoPriority Priority, double Guess);

/// <summary>When requests come.</summary>
internal enum ArrivalPattern
{
    /// <summary>Each for itself.</summary>
    Poisson,

    /// <summary>Ten at a time.</summary>
    Bursts,

    /// <summary>Pauses of a Pareto distribution with exponent 1.5: long silences, and crowds.</summary>
    HeavyTails,

    /// <summary>All at the beginning: what can be done in a day.</summary>
    AtOnce,
}

/// <summary>Requests drawn from a seed.</summary>
internal static class Arrivals
{
    private const int Burst = 10;
    private const double Exponent = 1.5;

    /// <param name="load">Work that arrives over what the cards could do each on its own.</param>
    public static IReadOnlyList<Asked> Draw(IReadOnlyList<ClipKind> clips, ArrivalPattern pattern, double load, int cards, int count, int seed)
    {
        Random random = new(seed);
        double all = clips.Sum(clip => clip.Weight), every = clips.Sum(clip => clip.Weight * clip.Work) / all / (cards * load), now = 0;
        List<Asked> asked = [];
        for (int i = 0; i < count; i++)
        {
            now += pattern switch
            {
                ArrivalPattern.Poisson => -every * Math.Log(1 - random.NextDouble()),
                ArrivalPattern.Bursts => i % Burst == 0 ? -Burst * every * Math.Log(1 - random.NextDouble()) : 0,
                ArrivalPattern.HeavyTails => every * (Exponent - 1) / Exponent * Math.Pow(1 - random.NextDouble(), -1 / Exponent),
                _ => 0,
            };
            double drawn = random.NextDouble() * all;
            ClipKind clip = clips.First(clip => (drawn -= clip.Weight) < 0 || ReferenceEquals(clip, clips[^1]));
            VideoPriority priority = random.NextDouble() switch { < 0.05 => VideoPriority.High, < 0.1 => VideoPriority.Low, _ => VideoPriority.Normal };
            asked.Add(new Asked($"v{i}", now, clip, $"owner{random.Next(4)}", priority, Math.Pow(2, (2 * random.NextDouble()) - 1)));
        }
        return asked;
    }
}
