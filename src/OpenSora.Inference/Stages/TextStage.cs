using OpenSora.Inference.Text;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>From tokens to the features of a prompt.</summary>
public static class TextStage
{
    /// <summary>Encodes a prompt; loads the text encoder where it is not there.</summary>
    /// <param name="tokens">Without padding; at most <see cref="Models.TokenLimit"/>.</param>
    /// <returns>Features on the text encoder's device, in the caller's dispose scope.</returns>
    public static EncodedText Encode(Models models, IReadOnlyList<long> tokens)
    {
        using Tensor ids = tensor(tokens.ToArray());
        return new EncodedText(models.Text.Encode(ids), [.. Enumerable.Range(0, models.TokenLimit).Select(token => token < tokens.Count)]);
    }
}
