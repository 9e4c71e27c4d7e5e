namespace OpenSora.Prompts.Tokenizing;

/// <summary>A prompt as the text encoder takes it.</summary>
/// <param name="Ids">Ids of the tokens, the end of the sentence included, padded to the length asked for.</param>
/// <param name="Length">Number of ids before the padding, at least 1.</param>
public sealed record TokenizedPrompt(long[] Ids, int Length)
{
    /// <summary>The ids before the padding.</summary>
    public long[] Tokens => Ids[..Length];

    /// <summary>1 for each token, then 0 for each padding; as long as <see cref="Ids"/>.</summary>
    public long[] Mask => [.. Enumerable.Repeat(1L, Length), .. Enumerable.Repeat(0L, Ids.Length - Length)];
}
