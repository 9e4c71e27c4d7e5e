namespace SentencePiece;

/// <summary>What sentencepiece itself refused, in its words.</summary>
public sealed class SentencePieceException(string message) : Exception(message);
