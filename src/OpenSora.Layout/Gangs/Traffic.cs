using OpenSora.Contracts.Generation;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;

namespace OpenSora.Layout.Gangs;

/// <summary>
/// What the ranks of a gang compute and send for one step of one sample. It follows from the plan alone, and counters must
/// show exactly this: no switch too many, no padding.
/// </summary>
/// <param name="depth">Spatial blocks of the network; there are as many temporal ones.</param>
/// <param name="channels">Channels C of a token between blocks.</param>
/// <param name="patchChannels">Numbers of a token's velocity.</param>
/// <param name="elementSize">Bytes of a number between blocks.</param>
public sealed class Traffic(GangPlan plan, int depth, long channels, long patchChannels, int elementSize)
{
    private const int VelocityBytes = sizeof(float);

    public static Traffic Of(GangPlan plan, STDiT3Config config, int elementSize) =>
        new(plan, config.Depth, config.HiddenSize, config.PatchChannels, elementSize);

    /// <summary>Switches of a rank: between all blocks, and one of the velocities back to frames after the last.</summary>
    public long Switches(int rank) => plan.HalvesOf(rank).Count * 2L * depth;

    /// <summary>Tokens that a rank takes through a block, counted once per block.</summary>
    public long TokensComputed(int rank)
    {
        Seat seat = plan.SeatOf(rank);
        return plan.HalvesOf(rank).Count * depth * (seat.Frames.Count * plan.Units.Positions + seat.Positions.Count * plan.Units.Frames);
    }

    /// <summary>Units that a rank takes through a block, counted once per block.</summary>
    public long UnitsComputed(int rank) => plan.HalvesOf(rank).Count * depth * Enum.GetValues<TokenLayout>()
        .Sum(layout => plan.Units.Units(layout, plan.SeatOf(rank).Held(layout)).Count());

    /// <summary>
    /// Bytes of tokens that a rank sends: everything it holds less what stays with it, f · (S − p) numbers out of frames
    /// and p · (T − f) out of positions. Nothing less can be sent with these runs.
    /// </summary>
    public long TokenBytes(int rank) => plan.HalvesOf(rank).Count * elementSize
        * (depth * ToPositions(rank) * channels + (depth - 1) * ToFrames(rank) * channels + ToFrames(rank) * patchChannels);

    /// <summary>
    /// The same for a step that may take from earlier ones what <see cref="StepCacheKind.Broadcast"/> keeps. In its window tokens stay
    /// in frame layout, and only temporal attention that is evaluated has its input and its output switched.
    /// </summary>
    public long TokenBytes(int rank, StepCache broadcast, int step, int steps)
    {
        if (!broadcast.InWindow(step, steps))
            return TokenBytes(rank);
        int evaluated = broadcast.Takes(CachedPart.TemporalAttention, step, steps) ? 0 : depth;
        return plan.HalvesOf(rank).Count * elementSize * evaluated * (ToPositions(rank) + ToFrames(rank)) * channels;
    }

    /// <summary>
    /// What a rank sends less in each forward of which <see cref="StepCacheKind.FirstBlock"/> leaves out all blocks but the first: the tokens
    /// after it still go to positions, and velocities back.
    /// </summary>
    public long TokenBytesLeftOut(int rank) => elementSize * (depth - 1) * (ToPositions(rank) + ToFrames(rank)) * channels;

    private long ToPositions(int rank)
    {
        Seat seat = plan.SeatOf(rank);
        return seat.Frames.Count * (plan.Units.Positions - seat.Positions.Count);
    }

    private long ToFrames(int rank)
    {
        Seat seat = plan.SeatOf(rank);
        return seat.Positions.Count * (plan.Units.Frames - seat.Frames.Count);
    }

    /// <summary>Bytes of velocities that a rank sends to the other half, in float32: none where one rank computes both.</summary>
    public long VelocityBytesSent(int rank)
    {
        Seat seat = plan.SeatOf(rank);
        return seat.HasOneRank ? 0 : seat.Frames.Count * plan.Units.Positions * patchChannels * VelocityBytes;
    }

    /// <summary>All that a rank sends in a step.</summary>
    public long BytesSent(int rank) => TokenBytes(rank) + VelocityBytesSent(rank);

    /// <summary>
    /// What all ranks together would send if tokens could be shared evenly: per half (2 · depth − 1) · M · (n − 1) / n with M
    /// the bytes of a half's tokens and n the ranks that share it, N/2 of an even gang and N of an odd one, and the
    /// velocities. Whole units never send more than this, an odd gang much less.
    /// </summary>
    public double EvenBytesSent
    {
        get
        {
            int n = plan.Ranks % 2 == 0 ? plan.Ranks / 2 : plan.Ranks;
            double tokens = (double)plan.Units.Frames * plan.Units.Positions;
            double numbers = (2 * depth - 1) * channels + patchChannels;
            return 2 * tokens * numbers * elementSize * (n - 1) / n + Enumerable.Range(0, plan.Ranks).Sum(rank => (double)VelocityBytesSent(rank));
        }
    }
}
