using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>Seeded random weights that are drawn while they are written: checkpoints of any size in little memory.</summary>
public static class RandomTensor
{
    private const int PieceElements = 1 << 20;

    /// <summary>The values that <see cref="RandomParameters"/> draws for the same seed, key and spread.</summary>
    /// <param name="type">float32, or bfloat16: the upper half of the float32 bits, which rounds towards zero.</param>
    /// <exception cref="ArgumentException">Another type.</exception>
    public static OutgoingTensor Outgoing(ulong seed, string key, ScalarType type, long[] shape, Spread spread)
    {
        if (type is not (ScalarType.Float32 or ScalarType.BFloat16))
            throw new ArgumentException($"random weights are written as float32 or bfloat16, not as {type}", nameof(type));
        WeightEntry entry = new(key, type, shape);
        return new OutgoingTensor(entry, stream => Write(stream, entry, new PortableRandom(seed, key, spread)));
    }

    private static void Write(Stream stream, WeightEntry entry, PortableRandom random)
    {
        float[] values = new float[Math.Min(entry.Count, PieceElements)];
        for (long left = entry.Count; left > 0; left -= values.Length)
        {
            Span<float> piece = values.AsSpan(0, (int)Math.Min(left, values.Length));
            random.Fill(piece);
            Span<byte> bytes = MemoryMarshal.AsBytes(piece);
            stream.Write(entry.Type == ScalarType.Float32 ? bytes : UpperHalves(bytes));
        }
    }

    /// <summary>In place: every four bytes become their last two.</summary>
    private static Span<byte> UpperHalves(Span<byte> floats)
    {
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(floats);
        for (int i = 0; i < halves.Length / 2; i++)
            halves[i] = halves[2 * i + 1];
        return floats[..(floats.Length / 2)];
    }
}
