using Google.Protobuf;
using Microsoft.ML.Tokenizers;
using OpenSora.Contracts;

namespace OpenSora.Prompts.Tokenizing.SentencePiece;

/// <summary>
/// A trained SentencePiece vocabulary (Kudo and Richardson 2018), which splits text into its pieces, id for id as the
/// original's library does. It does not change once loaded and may be used by several threads at a time.
/// </summary>
public sealed class SentencePieces
{
    private readonly ModelFile _file;
    private readonly TextNormalizer _normalizer;
    private readonly SentencePieceTokenizer _search;

    private SentencePieces(byte[] bytes)
    {
        _file = new ModelFile(bytes);
        _normalizer = _file.Normalizer;
        using Stream model = ForSearch(bytes, _file.UnknownId);
        _search = SentencePieceTokenizer.Create(model, addBeginningOfSentence: false);
    }

    /// <summary>All pieces; the id of a piece is its place.</summary>
    public IReadOnlyList<Piece> Pieces => _file.Pieces;

    /// <summary>Reads a <c>spiece.model</c>.</summary>
    /// <exception cref="InputException">It is missing, damaged, or no vocabulary that T5 can have.</exception>
    public static SentencePieces Load(string path)
    {
        try
        {
            return Directory.Exists(path) ? throw new InvalidDataException("it is a folder") : new SentencePieces(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path} is missing: it is the vocabulary of the T5 checkpoint; download the folder again", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            string what = e is InvalidProtocolBufferException ? ModelFile.BreaksOff : e.Message;
            throw new InputException($"{path} is no vocabulary of T5: {what}; download it again", e);
        }
    }

    /// <summary>The id of a piece; that of the unknown piece when the vocabulary lacks it.</summary>
    public int IdOf(string piece) => _file.Ids.GetValueOrDefault(piece, _file.UnknownId);

    /// <summary>The ids of <paramref name="text"/> in the most likely split. Lone surrogates count as U+FFFD.</summary>
    public int[] Encode(string text) => [.. Split(text).Select(token => token.Id)];

    /// <summary>The pieces of <paramref name="text"/>; where the vocabulary has none, the text itself.</summary>
    public string[] EncodeAsPieces(string text) => [.. Split(text).Select(token => token.Text)];

    /// <summary>What has no pieces of its own is unknown once, however long it is.</summary>
    private List<(int Id, string Text)> Split(string text)
    {
        List<(int Id, string Text)> tokens = [];
        foreach (EncodedToken token in _search.EncodeToTokens(_normalizer.Normalize(text), out _, considerNormalization: false))
            if (token.Id == _file.UnknownId && tokens is [.., (var last, var before)] && last == token.Id)
                tokens[^1] = (last, before + token.Value);
            else
                tokens.Add((token.Id, token.Value));
        return tokens;
    }

    /// <summary>
    /// The package indexes its pieces with the ids of special ones, of which T5 has no beginning of a sentence: all become the
    /// unknown piece, which text does not become either. It gets normalized text, so the map goes. Later fields win.
    /// </summary>
    private static MemoryStream ForSearch(byte[] bytes, int unknown)
    {
        MemoryStream model = new();
        model.Write(bytes);
        using (CodedOutputStream output = new(model, leaveOpen: true))
        {
            const int unknownId = 40, padId = 43, bytesOfTag = 2;
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteLength((padId - unknownId + 1) * (bytesOfTag + CodedOutputStream.ComputeInt32Size(unknown)));
            for (int field = unknownId; field <= padId; field++)
            {
                output.WriteTag(field, WireFormat.WireType.Varint);
                output.WriteInt32(unknown);
            }
            output.WriteRawTag(0x1A, 2, 0x12, 0);
        }
        model.Position = 0;
        return model;
    }
}
