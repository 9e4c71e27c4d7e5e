using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Jobs;

/// <summary>The most cards that can share a clip: one for each latent frame and half of guidance.</summary>
public static class CardLimit
{
    /// <summary>Looks at a request before anything is started.</summary>
    /// <exception cref="InputException">More cards than can share its clip.</exception>
    public static void Check(GenerationRequest request)
    {
        int latents = ClipGeometry.Of(request).Latent.Frames, most = 2 * latents;
        int cards = request.Cards - (request.TextEncoderCard ? 1 : 0);
        if (cards > most)
            throw new InputException($"--cards is {cards}, but {most} is the most that can share a clip of {latents} latent "
                + $"frame{(latents == 1 ? "" : "s")}, one per frame and half of guidance: give --cards {most} or fewer, or a longer clip");
    }
}
