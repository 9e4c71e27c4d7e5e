using OpenSora.Contracts.Files;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>Writes state dicts in torch.save's zip format, readable by <c>torch.load</c>.</summary>
public static class TorchZipWriter
{
    /// <summary>
    /// Writes <paramref name="tensors"/> in the given order, each with a storage of its own. The file appears under its
    /// name when it is complete.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors have the same key.</exception>
    public static void Write(string path, IReadOnlyList<OutgoingTensor> tensors)
    {
        if (tensors.GroupBy(tensor => tensor.Entry.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"two tensors are called {twice.Key}", nameof(tensors));
        string archive = Path.GetFileNameWithoutExtension(path);
        byte[] pickle = PickleWriter.Write([.. tensors.Select(tensor => tensor.Entry)]);
        AtomicFile.Write(path, stream =>
        {
            using StoredZipWriter zip = new(stream);
            zip.Add($"{archive}/data.pkl", pickle.Length, data => data.Write(pickle));
            zip.Add($"{archive}/byteorder", 6, data => data.Write("little"u8));
            for (int i = 0; i < tensors.Count; i++)
                zip.Add($"{archive}/data/{i}", tensors[i].Entry.Bytes, tensors[i].Write);
            zip.Add($"{archive}/version", 2, data => data.Write("3\n"u8));
            zip.Finish();
        });
    }
}
