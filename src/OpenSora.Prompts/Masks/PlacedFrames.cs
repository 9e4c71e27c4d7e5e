namespace OpenSora.Prompts.Masks;

/// <summary>Latent frames of a reference that go into a clip.</summary>
/// <param name="Reference">Which reference of the prompt, from 0.</param>
/// <param name="From">Their first one in the reference.</param>
/// <param name="To">Where that goes in the clip.</param>
/// <param name="Count">How many, at least 1.</param>
/// <param name="EditRatio">0 keeps them as they are, 1 makes them anew.</param>
public readonly record struct PlacedFrames(int Reference, int From, int To, int Count, float EditRatio);
