using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>A tensor on its way into a file: the writers lay out the file from the entries, then stream the bytes.</summary>
/// <param name="Entry">Key, type and shape.</param>
/// <param name="Write">Writes exactly <c>Entry.Bytes</c> bytes: the elements, little-endian and densely packed.</param>
public sealed record OutgoingTensor(WeightEntry Entry, Action<Stream> Write)
{
    /// <summary>A tensor on any device. It is read while the file is written and must live until then.</summary>
    public static OutgoingTensor Of(string key, Tensor tensor) =>
        new(new WeightEntry(key, tensor.dtype, tensor.shape), stream => TensorBytes.Write(tensor, stream));

    /// <summary>Writes the bytes and makes sure that they are as many as the layout has room for.</summary>
    internal void WriteTo(Stream stream)
    {
        long start = stream.Position;
        Write(stream);
        if (stream.Position - start != Entry.Bytes)
            throw new InvalidOperationException($"{Entry} needs {Entry.Bytes} bytes, {stream.Position - start} were written");
    }
}
