using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>Where the elements of a tensor lie in its file. The reader that made it has checked that all of them are inside.</summary>
/// <param name="Entry">Name, type and shape.</param>
/// <param name="Offset">Byte of the file at which the element with all indices zero lies.</param>
/// <param name="Strides">Elements from one index to the next in each dimension; null when densely packed.</param>
internal sealed record StoredTensor(WeightEntry Entry, long Offset, long[]? Strides = null)
{
    /// <summary>The tensor over the mapped file, or a dense copy where the file holds it strided or misaligned.</summary>
    public Tensor Load(MappedFile file)
    {
        if (Entry.Count == 0)
            return empty(Entry.Shape, Entry.Type);
        if (Strides is not null)
            return LoadStrided(file, Strides);
        // Kernels may take for granted that a number lies at a multiple of its size; nothing in the formats promises it.
        bool aligned = file.Address(Offset) % ElementTypes.Size(Entry.Type) == 0;
        return aligned ? TensorMemory.FromMemory(file.Address(Offset), Entry.Type, Entry.Shape, file.Handle) : Copy(file);
    }

    private Tensor Copy(MappedFile file)
    {
        Tensor copy = empty(Entry.Shape, Entry.Type);
        TensorBytes.Fill(copy, file, Offset);
        return copy;
    }

    private Tensor LoadStrided(MappedFile file, long[] strides)
    {
        long last = 0;
        for (int d = 0; d < strides.Length; d++)
            last += (Entry.Shape[d] - 1) * strides[d];
        using Tensor storage = new StoredTensor(new WeightEntry(Entry.Name, Entry.Type, [last + 1]), Offset).Load(file);
        using Tensor view = storage.as_strided(Entry.Shape, strides);
        return view.contiguous();
    }
}
