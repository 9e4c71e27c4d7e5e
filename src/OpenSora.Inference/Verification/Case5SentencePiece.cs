using System.Text.Json;
using OpenSora.Inference.Text;
using SentencePiece;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 5: what SentencePiece and the tokenizer make of texts (<c>tokens.json</c>: ids and pieces of SentencePiece alone,
/// ids of the tokenizer, whole and padded), and the vocabulary (<c>vocab.json</c>: piece, score, kind). All exact.
/// </summary>
public static class Case5SentencePiece
{
    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        string[] files = [.. GoldenFiles.Of(context, "case5_sentencepiece", "*.json")];
        if (files.Length == 0)
            yield break;

        string checkpoint = context.Checkpoint("t5");
        using T5Tokenizer tokenizer = T5Tokenizer.Load(checkpoint);
        using SentencePieceProcessor pieces = SentencePieceProcessor.Load(Path.Combine(checkpoint, "spiece.model"));
        foreach (string file in files)
        {
            int next = 0;
            yield return GoldenTable.Compare(context, file, tolerance: 0, row => row.ValueKind == JsonValueKind.Array
                ? PieceDifference(pieces, next++, row)
                : TokenDifference(pieces, tokenizer, row));
        }
    }

    private static string? PieceDifference(SentencePieceProcessor pieces, int id, JsonElement row)
    {
        string piece = GoldenTable.Text(row[0]);
        bool same = id < pieces.Size && pieces.IdToPiece(id) == piece && pieces.PieceToId(piece) == id
            && pieces.Score(id) == row[1].GetSingle() && (int)pieces.Kind(id) == row[2].GetInt32();
        return same ? null : $"{id} {piece}";
    }

    private static string? TokenDifference(SentencePieceProcessor pieces, T5Tokenizer tokenizer, JsonElement row)
    {
        string text = GoldenTable.Text(row.GetProperty("text"));
        long[] padded = GoldenTable.Numbers(row.GetProperty("padded"));
        TokenizedPrompt prompt = tokenizer.Tokenize(text, padded.Length);
        bool same = Same(pieces.Encode(text), row.GetProperty("sp_ids"))
            && pieces.EncodeAsPieces(text).SequenceEqual(GoldenTable.Texts(row.GetProperty("sp_pieces")))
            && Same(tokenizer.Encode(text), row.GetProperty("ids"))
            && prompt.Ids.SequenceEqual(padded)
            && prompt.Mask.SequenceEqual(GoldenTable.Numbers(row.GetProperty("mask")));
        return same ? null : text;
    }

    private static bool Same(int[] ids, JsonElement expected) =>
        ids.Select(id => (long)id).SequenceEqual(GoldenTable.Numbers(expected));
}
