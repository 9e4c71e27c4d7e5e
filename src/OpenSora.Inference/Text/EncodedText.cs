using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>A prompt as the transformer takes it.</summary>
/// <param name="Ids">Its tokens, [L].</param>
/// <param name="Features">[L, caption channels] in the current dispose scope.</param>
/// <param name="Mask">Which of the tokens that a prompt may have, it has: the null prompt is cut by it.</param>
public sealed record EncodedText(Tensor Ids, Tensor Features, bool[] Mask)
{
    /// <summary>Tokenizes and encodes a prompt.</summary>
    public static EncodedText Of(Models models, string prompt) => Of(models, models.Tokenizer.Tokenize(prompt, models.TokenLimit).Tokens);

    /// <summary>Encodes a prompt.</summary>
    /// <param name="tokens">Without padding.</param>
    public static EncodedText Of(Models models, IReadOnlyList<long> tokens)
    {
        Tensor ids = tensor(tokens.ToArray());
        return new EncodedText(ids, models.Text.Encode(ids), [.. Enumerable.Range(0, models.TokenLimit).Select(token => token < tokens.Count)]);
    }
}
