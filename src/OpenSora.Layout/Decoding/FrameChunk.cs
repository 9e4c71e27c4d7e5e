namespace OpenSora.Layout.Decoding;

/// <summary>A run of frames that the temporal autoencoder handles at once, and the latent frames that stand for it.</summary>
/// <param name="Index">Number of the chunk in its clip.</param>
/// <param name="FirstFrame">Its first frame in the clip.</param>
/// <param name="Frames">How many frames it has.</param>
/// <param name="FirstLatent">Its first latent frame in the clip's latent.</param>
/// <param name="Latents">How many latent frames it has.</param>
public readonly record struct FrameChunk(int Index, int FirstFrame, int Frames, int FirstLatent, int Latents);

/// <summary>A run of frames that the per-frame autoencoder handles at once.</summary>
/// <param name="First">First frame, counted from the start of what was cut.</param>
/// <param name="Count">How many frames it has.</param>
public readonly record struct FrameBatch(int First, int Count);
