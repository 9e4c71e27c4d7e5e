using OpenSora.Prompts.Tokenizing;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>A prompt as the transformer takes it.</summary>
/// <param name="Ids">Its tokens, [L].</param>
/// <param name="Features">[L, caption channels] in the current dispose scope.</param>
/// <param name="Mask">Which of the tokens that a prompt may have, it has: the null prompt is cut by it.</param>
public sealed record EncodedText(Tensor Ids, Tensor Features, bool[] Mask)
{
    /// <summary>Tokenizes and encodes a prompt.</summary>
    public static EncodedText Of(Models models, string prompt)
    {
        TokenizedPrompt tokens = models.Tokenizer.Tokenize(prompt, models.TokenLimit);
        Tensor ids = tensor(tokens.Ids.AsSpan(0, tokens.Length).ToArray());
        return new EncodedText(ids, models.Text.Encode(ids), [.. tokens.Mask.Select(bit => bit != 0)]);
    }
}
