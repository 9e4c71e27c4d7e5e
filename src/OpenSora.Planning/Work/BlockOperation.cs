using OpenSora.Layout.Units;

namespace OpenSora.Planning.Work;

/// <summary>One operation of a transformer block on a unit.</summary>
/// <param name="Numbers">
/// Read and written for a token, as a multiple of its C channels; 0 for an operation on a number a head or less. A float32 number
/// beside half-precision ones counts twice.
/// </param>
/// <param name="Kernels">Launches.</param>
/// <param name="TemporalOnly">Whether spatial blocks lack it.</param>
public readonly record struct BlockOperation(string Name, double Numbers, int Kernels = 1, bool TemporalOnly = false);

/// <summary>Operations of a block, in their order, and what they add up to. The MLP is four times as wide as the tokens.</summary>
public sealed class BlockOperations(params IReadOnlyList<BlockOperation> all)
{
    /// <summary>
    /// STDiT3Block with torch's own operations, as accelerators run it; a test counts the launches. Attention is one kernel where torch has
    /// a fused one, and <see cref="ScoreBlocks"/> elsewhere.
    /// </summary>
    public static readonly BlockOperations OfTorch = new(
        new("layer norm and modulation", 2), new("queries, keys and values", 4),
        new("weights of both norms", 0), new("squares", 4), new("their mean", 2), new("inverse root", 0, 2), new("times it", 4), new("times weights", 4),
        new("pairs turned round", 4, 1, TemporalOnly: true), new("times cosines", 4, 1, TemporalOnly: true), new("plus sines", 6, 1, TemporalOnly: true),
        new("attention", 4), new("projection", 2), new("gate and residual", 3),
        new("queries to the prompt", 2), new("attention to the prompt", 2), new("its projection", 2), new("its residual", 3),
        new("layer norm and modulation", 2), new("MLP in", 5), new("GELU", 8), new("MLP out", 5), new("gate and residual", 3),
        new("into the other layout", 2));

    /// <summary>STDiT3Block with our own kernels, as processors run it.</summary>
    public static readonly BlockOperations OfProcessor = new(
        new("layer norm and modulation", 2), new("queries, keys and values", 4), new("heads: norms, rotation, layout", 6),
        new("attention", 4), new("tokens before heads", 2, 1, TemporalOnly: true), new("projection", 2), new("gate and residual", 3),
        new("queries to the prompt", 2), new("attention to the prompt", 2), new("its projection", 2), new("its residual", 3),
        new("layer norm and modulation", 2), new("MLP in", 5), new("bias and GELU", 8), new("MLP out", 5), new("gate and residual", 3),
        new("into the other layout", 2));

    /// <summary>
    /// The block of Open-Sora v1.2.0 in eager PyTorch with flash attention, xformers and apex' layer norm, as its published times have it:
    /// opensora/models/stdit/stdit3.py, layers/blocks.py; LlamaRMSNorm computes in float32; rotary_embedding_torch 0.5.3.
    /// </summary>
    public static readonly BlockOperations OfOriginal = new(
        new("layer norm", 2), new("modulation", 4, 3), new("positions before frames", 2, 1, TemporalOnly: true),
        new("queries, keys and values", 4), new("norms: to float32", 6, 2), new("squares", 8, 2), new("their means", 4, 2), new("inverse roots", 0, 4),
        new("times them", 8, 2), new("to half precision", 6, 2), new("times weights", 4, 2),
        new("angles", 0, 10, TemporalOnly: true), new("times cosines", 4, 2, TemporalOnly: true), new("pairs turned round", 6, 4, TemporalOnly: true),
        new("times sines", 4, 2, TemporalOnly: true), new("plus", 6, 2, TemporalOnly: true), new("channels joined", 4, 2, TemporalOnly: true),
        new("attention", 4), new("projection", 2), new("frames before positions", 2, 1, TemporalOnly: true), new("gate", 2), new("residual", 3),
        new("queries to the prompt", 2), new("keys and values of the prompt", 0, 3), new("attention to the prompt", 2), new("its projection", 2), new("its residual", 3),
        new("layer norm", 2), new("modulation", 4, 3), new("MLP in", 5), new("GELU", 8), new("MLP out", 5), new("gate", 2), new("residual", 3));

    /// <summary>Kernels of a block in this layout.</summary>
    public int Kernels(TokenLayout layout) => In(layout).Sum(operation => operation.Kernels);

    /// <summary>Numbers read and written for a token in this layout, as a multiple of C.</summary>
    public double Numbers(TokenLayout layout) => In(layout).Sum(operation => operation.Numbers);

    private IEnumerable<BlockOperation> In(TokenLayout layout) => all.Where(operation => layout == TokenLayout.Positions || !operation.TemporalOnly);
}
