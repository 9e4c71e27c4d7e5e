using System.Runtime.InteropServices;
using System.Text;

namespace SentencePiece;

/// <summary>
/// A trained SentencePiece model (Kudo and Richardson 2018), which splits text into the pieces of its vocabulary. It does
/// not change once loaded and may be used by several threads at a time.
/// </summary>
public sealed unsafe class SentencePieceProcessor : IDisposable
{
    private readonly Native.Model _model;

    /// <summary>Reads a model from the bytes of its file.</summary>
    /// <exception cref="SentencePieceException">They are no SentencePiece model.</exception>
    public SentencePieceProcessor(ReadOnlySpan<byte> modelFile)
    {
        if (!ModelFile.IsWhole(modelFile))
            throw new SentencePieceException("the file is no SentencePiece model, or it breaks off");
        _model = Native.osp_load(modelFile, modelFile.Length);
        if (_model.IsInvalid)
            throw Native.LastError();
        Size = Native.osp_size(_model);
    }

    /// <summary>Number of pieces; ids go from 0 to <c>Size - 1</c>.</summary>
    public int Size { get; }

    /// <summary>Reads the model file at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="SentencePieceException">It is no SentencePiece model.</exception>
    public static SentencePieceProcessor Load(string path) => new(File.ReadAllBytes(path));

    /// <summary>The ids of <paramref name="text"/> in the most likely split. Lone surrogates count as U+FFFD.</summary>
    public int[] Encode(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<int[]> results = [];
        Collect(results, state => Native.osp_ids(_model, utf8, utf8.Length, state, &TakeIds));
        return results[0];
    }

    /// <summary>The pieces of <paramref name="text"/>; where the vocabulary has none, the text itself.</summary>
    public string[] EncodeAsPieces(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<string> results = [];
        Collect(results, state => Native.osp_pieces(_model, utf8, utf8.Length, state, &TakePiece));
        return [.. results];
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public string IdToPiece(int id)
    {
        byte* piece = Native.osp_piece(_model, Checked(id), out long length);
        return Encoding.UTF8.GetString(piece, (int)length);
    }

    /// <summary>The id of a piece; that of the unknown piece when the vocabulary lacks it.</summary>
    public int PieceToId(string piece)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(piece);
        return Native.osp_piece_id(_model, utf8, utf8.Length);
    }

    /// <summary>The logarithm of the piece's probability.</summary>
    public float Score(int id) => Native.osp_score(_model, Checked(id));

    public PieceKind Kind(int id) => (PieceKind)Native.osp_kind(_model, Checked(id));

    public void Dispose() => _model.Dispose();

    private int Checked(int id) => (uint)id < (uint)Size
        ? id
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"the vocabulary has {Size} pieces");

    private static void Collect<T>(List<T> results, Func<nint, int> call)
    {
        GCHandle state = GCHandle.Alloc(results);
        try
        {
            if (call(GCHandle.ToIntPtr(state)) != 0)
                throw Native.LastError();
        }
        finally
        {
            state.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void TakeIds(nint state, int* ids, long count) =>
        ((List<int[]>)GCHandle.FromIntPtr(state).Target!).Add(new ReadOnlySpan<int>(ids, (int)count).ToArray());

    [UnmanagedCallersOnly]
    private static void TakePiece(nint state, byte* piece, long length) =>
        ((List<string>)GCHandle.FromIntPtr(state).Target!).Add(Encoding.UTF8.GetString(piece, (int)length));
}

/// <summary>What a piece stands for.</summary>
public enum PieceKind
{
    Text = 0,
    /// <summary>A symbol that no text becomes, such as the end of the sentence.</summary>
    Control = 1,
    /// <summary>All text without a piece of its own.</summary>
    Unknown = 2,
}
