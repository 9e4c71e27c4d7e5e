namespace OpenSora.Inference.Weights.Safetensors;

/// <summary>
/// Checks that the declared tensors fill the data of a safetensors file exactly: no overlap, no gap, nothing outside, as
/// the format demands. Then every later read is inside the file. Mistakes are <see cref="FormatException"/>s.
/// </summary>
internal static class SafetensorsLayout
{
    /// <summary>Where the tensors lie in a file of <paramref name="fileLength"/> bytes whose data begins at <paramref name="dataStart"/>.</summary>
    public static Dictionary<string, StoredTensor> Place(List<TensorHeader> headers, long dataStart, long fileLength)
    {
        long dataLength = fileLength - dataStart;
        Dictionary<string, StoredTensor> tensors = new(headers.Count);
        long end = 0;
        foreach (TensorHeader header in headers.OrderBy(header => header.Begin).ThenBy(header => header.End))
        {
            CheckSize(header, dataLength);
            string name = Show.Name(header.Entry.Name);
            if (header.Begin < end)
                throw new FormatException($"has {name} at byte {header.Begin} of the data, inside the tensor before it, which ends at {end}");
            if (header.Begin > end)
                throw new FormatException($"has a gap of {header.Begin - end} bytes before {name} at byte {header.Begin} of the data");
            end = header.End;
            tensors.Add(header.Entry.Name, new StoredTensor(header.Entry, dataStart + header.Begin));
        }
        if (end != dataLength)
            throw new FormatException($"has {dataLength} bytes of data where its tensors need {end}");
        return tensors;
    }

    private static void CheckSize(TensorHeader header, long dataLength)
    {
        (WeightEntry entry, long begin, long end) = header;
        if (end < begin || end > dataLength)
            throw new FormatException($"has {Show.Name(entry.Name)} at bytes {begin} to {end} of {dataLength} bytes of data");
        if (entry.TryGetBytes() is not long bytes)
            throw new FormatException($"has {Show.Name(entry.Name)} of shape {Show.Shape(entry.Shape)}, which is more than {long.MaxValue} bytes");
        if (bytes != end - begin)
            throw new FormatException(
                $"has {Show.Name(entry.Name)} {Show.Shape(entry.Shape)} {entry.Type} of {bytes} bytes in {end - begin} bytes of data");
    }
}
