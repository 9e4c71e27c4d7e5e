using static TorchSharp.torch;

namespace OpenSora.Inference;

/// <summary>Numbers of the three types that a network may have, as float32: to repeat the original's scalar arithmetic exactly.</summary>
internal static class Rounding
{
    /// <summary>The number of type <paramref name="type"/> nearest to <paramref name="value"/>, ties to even.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is none of float32, bfloat16, float16.</exception>
    public static float To(ScalarType type, double value) => type switch
    {
        ScalarType.Float32 => (float)value,
        ScalarType.BFloat16 => ToBFloat16((float)value),
        ScalarType.Float16 => (float)(Half)(float)value,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "networks run in float32, bfloat16 or float16"),
    };

    // The upper half of a float32; adding what is half a unit, less one where the unit is even, rounds ties to even.
    private static float ToBFloat16(float value)
    {
        if (!float.IsFinite(value))
            return value;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint rounded = bits + 0x7FFFu + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(rounded & 0xFFFF0000u);
    }
}
