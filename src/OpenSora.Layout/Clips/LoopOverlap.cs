using OpenSora.Contracts;

namespace OpenSora.Layout.Clips;

/// <summary>What a clip takes over from the one before: whole chunks of the video autoencoder, 5 latent frames for 17 frames.</summary>
public static class LoopOverlap
{
    private const int ChunkLatents = 5, ChunkFrames = 17;

    /// <summary>The frames of video that so many latent frames are (<c>dframe_to_frame</c> of Open-Sora 1.2).</summary>
    /// <exception cref="InputException">Not a whole number of chunks.</exception>
    public static int FramesOf(int latentFrames) => latentFrames >= 0 && latentFrames % ChunkLatents == 0
        ? latentFrames / ChunkLatents * ChunkFrames
        : throw new InputException($"--condition-frame-length {latentFrames} is not a whole number of chunks: give 5, 10, 15, … latent frames");
}
