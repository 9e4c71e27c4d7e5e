using System.Text.Json;
using OpenSora.Prompts.Tokenizing;
using OpenSora.Prompts.Tokenizing.SentencePiece;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 5: what SentencePiece and the tokenizer make of texts (<c>tokens.json</c>: ids and pieces of SentencePiece alone,
/// ids of the tokenizer, whole and padded), and the vocabulary (<c>vocab.json</c>: piece, score, kind). All exact.
/// </summary>
public static class Case5SentencePiece
{
    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        string checkpoint = context.Checkpoint("t5");
        Lazy<T5Tokenizer> tokenizer = new(() => T5Tokenizer.Load(checkpoint));
        Lazy<SentencePieces> pieces = new(() => SentencePieces.Load(Path.Combine(checkpoint, "spiece.model")));
        int last = -1;
        return GoldenTable.Compare(
            context, "case5_sentencepiece", "*.json", tolerance: 0,
            row => row.ValueKind == JsonValueKind.Array ? PieceDifference(pieces.Value, row, ref last) : TokenDifference(pieces.Value, tokenizer.Value, row),
            table =>
            {
                last = -1;
                return table.EnumerateArray();
            });
    }

    /// <summary>Pieces come in the order of their ids.</summary>
    private static Difference? PieceDifference(SentencePieces pieces, JsonElement row, ref int last)
    {
        Piece piece = new(GoldenTable.Text(row[0]), row[1].GetSingle(), (PieceKind)row[2].GetInt32());
        int id = pieces.IdOf(piece.Text);
        bool follows = id > last;
        last = id;
        return follows && pieces.Pieces[id] == piece ? null : $"{id} {piece.Text}";
    }

    private static Difference? TokenDifference(SentencePieces pieces, T5Tokenizer tokenizer, JsonElement row)
    {
        string text = GoldenTable.Text(row.Field("text"));
        int[] split = pieces.Encode(text);
        if (row.Find("error") is not null)
            return new Difference(text, OnPurpose.Stops);
        int length = (row.Find("padded") ?? row.Find("mask"))?.GetArrayLength() ?? 1;
        TokenizedPrompt prompt = tokenizer.Tokenize(text, length);
        bool agrees = row.Agrees(
            ("sp_ids", expected => Same(split, expected)),
            ("sp_pieces", expected => pieces.EncodeAsPieces(text).SequenceEqual(GoldenTable.Texts(expected))),
            ("ids", expected => Same(tokenizer.Encode(text), expected)),
            ("padded", expected => prompt.Ids.SequenceEqual(GoldenTable.Numbers(expected))),
            ("mask", expected => prompt.Mask.SequenceEqual(GoldenTable.Numbers(expected))));
        return agrees ? null : new Difference(text, IsEqualSplit(split, row) ? OnPurpose.EqualSplits : null);
    }

    private static bool IsEqualSplit(int[] ids, JsonElement row) =>
        row.Find("sp_ids") is { } expected && !Same(ids, expected) && ids.Order().Select(id => (long)id).SequenceEqual(GoldenTable.Numbers(expected).Order());

    private static bool Same(int[] ids, JsonElement expected) =>
        ids.Select(id => (long)id).SequenceEqual(GoldenTable.Numbers(expected));
}
