using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

/// <summary>A number of any of torch's types: what operators take beside tensors. Numbers convert to it by themselves.</summary>
[NativeMarshalling(typeof(ScalarMarshaller))]
public sealed class Scalar : IDisposable
{
    internal Scalar(NativeScalar value, torch.ScalarType type) => (Value, Type) = (value, type);

    private Scalar(double value, torch.ScalarType type)
        : this(new NativeScalar { Real = value, Kind = 3 }, type) { }

    private Scalar(long value, torch.ScalarType type)
        : this(new NativeScalar { Integer = value, Kind = type == torch.ScalarType.Bool ? 1 : 2 }, type) { }

    internal NativeScalar Value { get; }

    /// <summary>What torch holds the number as: Bool, Int64 or Float64.</summary>
    public torch.ScalarType Type { get; }

    internal double AsDouble => Value.Kind == 3 ? Value.Real : Value.Integer;

    internal long AsInt64 => Value.Kind == 3 ? (long)Value.Real : Value.Integer;

    public static implicit operator Scalar(byte value) => new((long)value, torch.ScalarType.Int64);
    public static implicit operator Scalar(sbyte value) => new((long)value, torch.ScalarType.Int64);
    public static implicit operator Scalar(short value) => new((long)value, torch.ScalarType.Int64);
    public static implicit operator Scalar(int value) => new((long)value, torch.ScalarType.Int64);
    public static implicit operator Scalar(long value) => new(value, torch.ScalarType.Int64);
    public static implicit operator Scalar(Half value) => new((double)value, torch.ScalarType.Float64);
    public static implicit operator Scalar(BFloat16 value) => new((double)value.ToSingle(), torch.ScalarType.Float64);
    public static implicit operator Scalar(float value) => new((double)value, torch.ScalarType.Float64);
    public static implicit operator Scalar(double value) => new(value, torch.ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(value ? 1L : 0L, torch.ScalarType.Bool);

    /// <summary>Does nothing: the number is held here, not by torch.</summary>
    public void Dispose() { }
}

/// <summary>Numbers from scalars and back.</summary>
public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;

    public static float ToSingle(this Scalar value) => (float)value.AsDouble;
    public static double ToDouble(this Scalar value) => value.AsDouble;
    public static Half ToHalf(this Scalar value) => (Half)value.AsDouble;
    public static BFloat16 ToBFloat16(this Scalar value) => new((float)value.AsDouble);
    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.AsInt64);
    public static byte ToByte(this Scalar value) => checked((byte)value.AsInt64);
    public static short ToInt16(this Scalar value) => checked((short)value.AsInt64);
    public static int ToInt32(this Scalar value) => checked((int)value.AsInt64);
    public static long ToInt64(this Scalar value) => value.AsInt64;
    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
}
