using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>A prompt as the transformer takes it.</summary>
/// <param name="Features">Of its tokens, without padding: [L, caption channels].</param>
/// <param name="Mask">Which of the tokens that a prompt may have, it has: the null prompt is cut by it.</param>
public sealed record EncodedText(Tensor Features, bool[] Mask);
