using System.Buffers.Binary;
using System.Text;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// Writes the pickle of a state dict as torch.save does, protocol 2: a dict from names to calls of
/// <c>torch._utils._rebuild_tensor_v2</c>, each over a storage of its own named 0, 1, …. A plain dict, as torch's C++
/// reader, unlike Python's, knows OrderedDict only as an empty list of hooks.
/// </summary>
internal sealed class PickleWriter
{
    /// <summary>Python's pickler sets so many items at a time, which bounds the reader's stack.</summary>
    private const int Batch = 1000;

    private readonly MemoryStream _pickle = new();

    /// <summary>The pickle of tensors whose storages are numbered in order.</summary>
    public static byte[] Write(IReadOnlyList<WeightEntry> entries)
    {
        PickleWriter writer = new();
        writer.Op(PickleOpcode.Protocol, 2);
        writer.Op(PickleOpcode.EmptyDict);
        for (int start = 0; start < entries.Count; start += Batch)
        {
            writer.Op(PickleOpcode.Mark);
            for (int i = start; i < Math.Min(start + Batch, entries.Count); i++)
                writer.Item(entries[i], storage: i);
            writer.Op(PickleOpcode.SetItems);
        }
        writer.Op(PickleOpcode.Stop);
        return writer._pickle.ToArray();
    }

    private void Item(WeightEntry entry, int storage)
    {
        Text(entry.Name);
        Global("torch._utils", "_rebuild_tensor_v2");
        Op(PickleOpcode.Mark);

        Op(PickleOpcode.Mark);
        Text("storage");
        Global("torch", ElementTypes.ToTorchStorage(entry.Type));
        Text($"{storage}");
        Text("cpu");
        Number(entry.Count);
        Op(PickleOpcode.Tuple);
        Op(PickleOpcode.PersistentId);

        Number(0); // offset in the storage
        Tuple(entry.Shape);
        Tuple(Strides(entry.Shape));
        Op(PickleOpcode.False); // requires_grad
        Global("collections", "OrderedDict"); // no backward hooks
        Op(PickleOpcode.EmptyTuple);
        Op(PickleOpcode.Reduce);

        Op(PickleOpcode.Tuple);
        Op(PickleOpcode.Reduce);
    }

    private static long[] Strides(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= Math.Max(shape[d], 1);
        }
        return strides;
    }

    private void Tuple(long[] numbers)
    {
        if (numbers.Length == 0)
        {
            Op(PickleOpcode.EmptyTuple);
            return;
        }
        Op(PickleOpcode.Mark);
        foreach (long number in numbers)
            Number(number);
        Op(PickleOpcode.Tuple);
    }

    private void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        switch (value)
        {
            case >= 0 and <= byte.MaxValue: Op(PickleOpcode.UInt8, bytes[0]); break;
            case >= 0 and <= ushort.MaxValue: Op(PickleOpcode.UInt16, bytes[..2]); break;
            case >= int.MinValue and <= int.MaxValue: Op(PickleOpcode.Int32, bytes[..4]); break;
            default: Op(PickleOpcode.Long1, [sizeof(long), .. bytes]); break;
        }
    }

    private void Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        Op(PickleOpcode.Unicode, length);
        _pickle.Write(utf8);
    }

    private void Global(string module, string name) => Op(PickleOpcode.Global, Encoding.ASCII.GetBytes($"{module}\n{name}\n"));

    private void Op(PickleOpcode opcode, params ReadOnlySpan<byte> argument)
    {
        _pickle.WriteByte((byte)opcode);
        _pickle.Write(argument);
    }
}
