using Google.Protobuf;
using static Google.Protobuf.WireFormat.WireType;

namespace OpenSora.Prompts.Tokenizing.SentencePiece;

/// <summary>
/// What a <c>spiece.model</c> says, a protobuf message: the pieces (field 1), how they were trained (2), how text is
/// normalized (3). What no vocabulary of T5 has is refused.
/// </summary>
internal sealed class ModelFile
{
    public const string BreaksOff = "it breaks off or is no SentencePiece model";

    private const int Unigram = 1, Text = 1, Unknown = 2, Control = 3;

    private static readonly string[] ModelTypes = ["", "unigram", "BPE", "word", "character"];

    private readonly List<Piece> _pieces = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private CharacterMap? _map;
    private int _modelType = Unigram;
    private bool _hasTraining, _hasNormalization, _addsPrefix = true, _joinsSpaces = true;

    /// <exception cref="InvalidProtocolBufferException">It is no such message, see <see cref="BreaksOff"/>.</exception>
    /// <exception cref="InvalidDataException">It is no vocabulary that T5 can have; the message tells why.</exception>
    public ModelFile(byte[] file)
    {
        Require(file.Length > 0, "it is empty");
        Read(new CodedInputStream(file));
        // A message may end after any field: one that is cut off after a piece looks whole.
        Require(_hasTraining && _hasNormalization, BreaksOff);
        Require(_modelType == Unigram, $"it is a {ModelTypes.ElementAtOrDefault(_modelType)} model, T5's is a unigram one");
        int unknown = _pieces.Count(piece => piece.Kind == PieceKind.Unknown);
        Require(unknown == 1, $"it has {unknown} pieces for unknown text, one is needed");
        Require(_pieces.Exists(piece => piece.Kind == PieceKind.Text), "it has no pieces of text");
        UnknownId = _pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown);
    }

    public IReadOnlyList<Piece> Pieces => _pieces;

    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>The id of all text without a piece of its own.</summary>
    public int UnknownId { get; }

    public TextNormalizer Normalizer => new(_map, _addsPrefix, _joinsSpaces);

    private void Read(CodedInputStream file) => EachField(file, (field, type) =>
    {
        switch (field, type)
        {
            case (1, LengthDelimited):
                ReadPiece(file.ReadBytes().CreateCodedInput());
                return true;
            case (2, LengthDelimited):
                _hasTraining = true;
                ReadTraining(file.ReadBytes().CreateCodedInput());
                return true;
            case (3, LengthDelimited):
                _hasNormalization = true;
                ReadNormalization(file.ReadBytes().CreateCodedInput());
                return true;
            default:
                return false;
        }
    });

    private void ReadPiece(CodedInputStream piece)
    {
        (string text, float score, int kind) = ("", 0, Text);
        EachField(piece, (field, type) =>
        {
            switch (field, type)
            {
                case (1, LengthDelimited):
                    text = piece.ReadString();
                    return true;
                case (2, Fixed32):
                    score = piece.ReadFloat();
                    return true;
                case (3, Varint):
                    kind = piece.ReadEnum();
                    return true;
                default:
                    return false;
            }
        });
        int id = _pieces.Count;
        Require(text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) && _ids.TryAdd(text, id), $"its piece {id} is empty or there twice");
        Require(float.IsFinite(score), $"its piece {id} has the score {score}");
        Require(kind is Text or Unknown or Control, $"its piece {id} is of kind {kind}; T5's are text (1), unknown (2) and control (3)");
        _pieces.Add(new Piece(text, score, kind switch
        {
            Unknown => PieceKind.Unknown,
            Control => PieceKind.Control,
            _ => PieceKind.Text,
        }));
    }

    private void ReadTraining(CodedInputStream training) => EachField(training, (field, type) =>
    {
        switch (field, type)
        {
            case (3, Varint):
                _modelType = training.ReadEnum();
                return true;
            case (24, Varint):
                Require(!training.ReadBool(), "its words end with their space, T5's begin with it");
                return true;
            case (35, Varint):
                Require(!training.ReadBool(), "it takes unknown text as bytes, T5 does not");
                return true;
            default:
                return false;
        }
    });

    private void ReadNormalization(CodedInputStream normalization) => EachField(normalization, (field, type) =>
    {
        switch (field, type)
        {
            case (2, LengthDelimited):
                byte[] map = normalization.ReadBytes().ToByteArray();
                _map = map.Length == 0 ? null : new CharacterMap(map);
                return true;
            case (3, Varint):
                _addsPrefix = normalization.ReadBool();
                return true;
            case (4, Varint):
                _joinsSpaces = normalization.ReadBool();
                return true;
            case (5, Varint):
                Require(normalization.ReadBool(), "it keeps spaces, T5 writes them as ▁");
                return true;
            default:
                return false;
        }
    });

    /// <summary>Goes through a message; fields that <paramref name="read"/> does not take are skipped.</summary>
    private static void EachField(CodedInputStream message, Func<int, WireFormat.WireType, bool> read)
    {
        while (message.ReadTag() is var tag and not 0)
            if (!read(WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag)))
                message.SkipLastField();
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidDataException(otherwise);
    }
}
