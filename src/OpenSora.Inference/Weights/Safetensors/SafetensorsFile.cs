using System.Buffers.Binary;
using OpenSora.Contracts;

namespace OpenSora.Inference.Weights.Safetensors;

/// <summary>
/// A mapped safetensors file: 8 bytes little-endian header length, a JSON header, the data of all tensors without gaps
/// (the format of github.com/huggingface/safetensors).
/// </summary>
internal sealed class SafetensorsFile : TensorFile
{
    private const int LengthBytes = 8;

    /// <summary>The limit of the format's reference reader; the largest public checkpoints need some hundred KiB.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private SafetensorsFile(MappedFile file, IReadOnlyDictionary<string, StoredTensor> tensors) : base(file, tensors) { }

    /// <summary>Reads and checks the header of a file; no tensor data is touched.</summary>
    /// <exception cref="InputException">It is not a safetensors file, or it is damaged.</exception>
    public static SafetensorsFile Read(MappedFile file)
    {
        if (file.Length < LengthBytes)
            throw Damaged(file, $"has {file.Length} bytes, a safetensors file has at least {LengthBytes}");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, LengthBytes));
        long room = file.Length - LengthBytes;
        if (headerLength > (ulong)room)
            throw Damaged(file, $"says that its header has {headerLength} bytes, but only {room} follow");
        if (headerLength > MaxHeaderBytes)
            throw Damaged(file, $"says that its header has {headerLength} bytes, more than the format's limit of {MaxHeaderBytes}");

        try
        {
            (List<TensorHeader> headers, IReadOnlyDictionary<string, string> metadata) = SafetensorsHeader.Parse(file.Span(LengthBytes, (int)headerLength));
            Dictionary<string, StoredTensor> tensors = SafetensorsLayout.Place(headers, LengthBytes + (long)headerLength, file.Length);
            AddAliases(tensors, metadata);
            return new SafetensorsFile(file, tensors);
        }
        catch (FormatException e)
        {
            throw Damaged(file, e.Message);
        }
    }

    /// <summary>A tensor that a model has under several names is stored once; metadata names the others: <c>{"decoder.weight": "encoder.weight"}</c>.</summary>
    private static void AddAliases(Dictionary<string, StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        foreach ((string alias, string name) in metadata)
            if (tensors.TryGetValue(name, out StoredTensor? stored))
                tensors.TryAdd(alias, stored with { Entry = stored.Entry with { Name = alias } });
    }

    private static InputException Damaged(MappedFile file, string what) =>
        new($"{file.Path} {what}: the file is damaged or not a safetensors file; copy or download it again");
}
