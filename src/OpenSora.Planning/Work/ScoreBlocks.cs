namespace OpenSora.Planning.Work;

/// <summary>
/// How the transformer cuts an attention into blocks of scores where torch has no kernel that does, as
/// OpenSora.Inference.Transformer.Attention does; a test compares the limits. Elsewhere it is a bound.
/// </summary>
/// <param name="Blocks">Blocks that are computed one after the other.</param>
/// <param name="Scores">Scores of all blocks.</param>
/// <param name="LargestBlock">Scores of one block.</param>
public readonly record struct ScoreBlocks(long Blocks, double Scores, long LargestBlock)
{
    /// <summary>Most queries in a block.</summary>
    public const long Queries = 512;

    /// <summary>Scores that a block should not exceed.</summary>
    public const long MostScores = 1 << 20;

    private const double KernelsPerBlock = 5;

    public double Kernels => KernelsPerBlock * Blocks;

    /// <param name="batch">Heads of frames, of positions or of the whole unit.</param>
    /// <param name="queries">Queries of each.</param>
    /// <param name="keys">Keys of each.</param>
    public static ScoreBlocks Of(long batch, long queries, long keys)
    {
        long rows = Math.Min(queries, Queries), entries = Math.Min(batch, Math.Max(1, MostScores / (rows * keys)));
        long blocks = (batch + entries - 1) / entries * ((queries + rows - 1) / rows);
        return new ScoreBlocks(blocks, (double)batch * queries * keys, entries * rows * keys);
    }
}
