using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>Bytes of dense CPU tensors, in pieces: a span of the whole would overflow at 2 GiB.</summary>
internal static class TensorBytes
{
    private const long PieceElements = 16 << 20;

    /// <summary>Overwrites <paramref name="tensor"/> with the bytes of the file from <paramref name="offset"/> on.</summary>
    public static void Fill(Tensor tensor, MappedFile file, long offset) => ForEachPiece(tensor, bytes =>
    {
        file.Span(offset, bytes.Length).CopyTo(bytes);
        offset += bytes.Length;
    });

    /// <summary>Writes the elements of <paramref name="tensor"/>, little-endian and densely packed.</summary>
    public static void Write(Tensor tensor, Stream output)
    {
        using Tensor onHost = tensor.cpu();
        using Tensor dense = onHost.contiguous();
        ForEachPiece(dense, bytes => output.Write(bytes));
    }

    /// <summary>Hands the bytes of a dense CPU tensor to <paramref name="action"/>, first to last.</summary>
    public static void ForEachPiece(Tensor dense, Action<Span<byte>> action)
    {
        using Tensor flat = dense.view(-1);
        for (long start = 0; start < flat.numel(); start += PieceElements)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(PieceElements, flat.numel() - start));
            action(piece.bytes);
        }
    }
}
