using OpenSora.Contracts.Files;
using OpenSora.Layout.Latents;

namespace OpenSora.Inference.Weights.Safetensors;

/// <summary>Writes safetensors files: the header from the entries, then one tensor after the other.</summary>
public static class SafetensorsWriter
{
    /// <summary>
    /// Writes <paramref name="tensors"/> in the given order, as <see cref="SafetensorsPreamble"/> lays them out. The file appears under
    /// its name when it is complete.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors have the same key, or one is called <c>__metadata__</c>.</exception>
    public static void Write(string path, IReadOnlyCollection<OutgoingTensor> tensors)
    {
        byte[] header = Header(tensors);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (OutgoingTensor tensor in tensors)
                tensor.WriteTo(stream);
        });
    }

    private static byte[] Header(IEnumerable<OutgoingTensor> tensors) => SafetensorsPreamble.Of(tensors.Select(tensor =>
        new SafetensorsEntry(tensor.Entry.Name, ElementTypes.ToSafetensors(tensor.Entry.Type), tensor.Entry.Shape, tensor.Entry.Bytes)));
}
