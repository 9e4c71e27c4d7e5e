using OpenSora.Planning.Cards;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Published;

/// <summary>One phase of a system whose ranks all do the same.</summary>
/// <param name="ComputeSeconds">Kernels of each rank.</param>
/// <param name="BytesToEach">What each rank then sends to each other one and waits for; 0 for nothing.</param>
public readonly record struct Phase(double ComputeSeconds, long BytesToEach);

/// <summary>
/// A step of a published system: even shares with padding, and no rank goes on before all parts have come. It runs on the
/// same clock and links as <see cref="StepSimulation"/>.
/// </summary>
public static class LockstepSimulation
{
    /// <returns>Seconds until the last rank has done all phases, and the bytes of all.</returns>
    public static (double Seconds, long BytesSent) Run(IReadOnlyList<Phase> phases, int ranks, CardType card, double linkShare)
    {
        EventClock clock = new();
        CardNetwork network = new(clock, card, ranks, linkShare);
        int[] phase = new int[ranks];
        bool[] computed = new bool[ranks];
        int[][] come = [.. Enumerable.Range(0, ranks).Select(_ => new int[phases.Count])];
        double[] lastComes = new double[ranks];
        double end = 0;

        for (int rank = 0; rank < ranks; rank++)
            Begin(rank);
        clock.Run();
        return (end, network.BytesSent);

        void Begin(int rank)
        {
            if (phase[rank] == phases.Count)
            {
                end = Math.Max(end, clock.Now);
                return;
            }
            clock.After(phases[phase[rank]].ComputeSeconds, () =>
            {
                computed[rank] = true;
                long bytes = phases[phase[rank]].BytesToEach;
                for (int i = 1; i < ranks && bytes > 0; i++)
                {
                    int other = (rank + i) % ranks, at = phase[rank];
                    network.Send(rank, other, bytes, time =>
                    {
                        come[other][at]++;
                        lastComes[other] = Math.Max(lastComes[other], time);
                        GoOn(other);
                    });
                }
                GoOn(rank);
            });
        }

        void GoOn(int rank)
        {
            int at = phase[rank], expected = at < phases.Count && phases[at].BytesToEach > 0 ? ranks - 1 : 0;
            if (!computed[rank] || come[rank][at] < expected)
                return;
            computed[rank] = false;
            phase[rank]++;
            clock.At(Math.Max(clock.Now, lastComes[rank]), () => Begin(rank));
        }
    }
}
