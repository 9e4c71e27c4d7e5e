using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// What the network needs of one prompt: its keys and values for every cross-attention. They do not depend on the
/// timestep, so they are computed once per job and half of guidance.
/// </summary>
public sealed class PromptContext : IDisposable
{
    internal PromptContext(Tensor tokens, IReadOnlyList<KeysValues> blocks)
    {
        Tokens = tokens;
        Blocks = blocks;
    }

    /// <summary>The prompt's tokens that are not padding, projected: [L, C].</summary>
    public Tensor Tokens { get; }

    /// <summary>In the order of the blocks: spatial 0, temporal 0, spatial 1, …</summary>
    internal IReadOnlyList<KeysValues> Blocks { get; }

    public void Dispose()
    {
        Tokens.Dispose();
        foreach (KeysValues block in Blocks)
        {
            block.Keys.Dispose();
            block.Values.Dispose();
        }
    }
}
