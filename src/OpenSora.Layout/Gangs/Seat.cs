using OpenSora.Layout.Units;

namespace OpenSora.Layout.Gangs;

/// <summary>
/// A share of a clip's tokens. In each half of guidance one rank has the seat; it computes the seat's tokens of that half,
/// and both hold the latent of the seat's frames. The last seat of an odd gang is one rank's in both halves.
/// </summary>
/// <param name="Index">Its place among the seats.</param>
/// <param name="Conditional">The rank that computes the half with the prompt.</param>
/// <param name="Unconditional">The rank that computes the half with the null prompt.</param>
/// <param name="Frames">Its frames, whole units; a seat without any has the run (0, 0).</param>
/// <param name="Positions">Its positions, as its frames.</param>
public sealed record Seat(int Index, int Conditional, int Unconditional, Run Frames, Run Positions)
{
    /// <summary>Whether one rank computes both halves.</summary>
    public bool HasOneRank => Conditional == Unconditional;

    public Run Held(TokenLayout layout) => layout == TokenLayout.Frames ? Frames : Positions;

    public int RankOf(GuidanceHalf half) => half == GuidanceHalf.Conditional ? Conditional : Unconditional;
}
