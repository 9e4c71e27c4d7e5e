namespace OpenSora.Prompts.Tokenizing.SentencePiece;

/// <summary>A piece of the vocabulary; its id is its place.</summary>
/// <param name="Text">Spaces are <c>▁</c>.</param>
/// <param name="Score">The logarithm of its probability.</param>
public sealed record Piece(string Text, float Score, PieceKind Kind);

/// <summary>What a piece stands for.</summary>
public enum PieceKind
{
    Text = 0,
    /// <summary>A symbol that no text becomes, such as the end of the sentence.</summary>
    Control = 1,
    /// <summary>All text without a piece of its own.</summary>
    Unknown = 2,
}
