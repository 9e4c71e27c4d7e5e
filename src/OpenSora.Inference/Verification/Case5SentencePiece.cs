using System.Text.Json;
using OpenSora.Inference.Text;
using OpenSora.Inference.Text.SentencePiece;

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
        T5Tokenizer tokenizer = T5Tokenizer.Load(checkpoint);
        SentencePieces pieces = SentencePieces.Load(Path.Combine(checkpoint, "spiece.model"));
        foreach (string file in files)
        {
            int next = 0;
            yield return GoldenTable.Compare(context, file, tolerance: 0, row => row.ValueKind == JsonValueKind.Array
                ? PieceDifference(pieces, next++, row)
                : TokenDifference(pieces, tokenizer, row));
        }
    }

    private static string? PieceDifference(SentencePieces pieces, int id, JsonElement row)
    {
        Piece piece = new(GoldenTable.Text(row[0]), row[1].GetSingle(), (PieceKind)row[2].GetInt32());
        return id < pieces.Pieces.Count && pieces.Pieces[id] == piece && pieces.IdOf(piece.Text) == id ? null : $"{id} {piece.Text}";
    }

    private static string? TokenDifference(SentencePieces pieces, T5Tokenizer tokenizer, JsonElement row)
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
