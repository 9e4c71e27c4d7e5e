using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>What .NET has on every processor. Products are rounded before they are added: results are the same on all of them.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> value) : ILanes<Lanes128>
{
    private readonly Vector128<float> _value = value;

    public static string Name => "portable";

    public static bool IsSupported => true;

    public static int Count => 4;

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 All(float x) => new(Vector128.Create(x));

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 Load(float* from) => new(Vector128.Load(from));

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 LoadFirst(float* from, long count) =>
        new(Vector128.Create(count > 0 ? from[0] : 0, count > 1 ? from[1] : 0, count > 2 ? from[2] : 0, count > 3 ? from[3] : 0));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Lanes128 x, float* to) => x._value.Store(to);

    [MethodImpl(AggressiveInlining)]
    public static void StoreFirst(Lanes128 x, float* to, long count)
    {
        for (int i = 0; i < count; i++)
            to[i] = x._value[i];
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 KeepFirst(Lanes128 x, long count) =>
        new(x._value & Vector128.LessThan(Vector128<int>.Indices, Vector128.Create((int)count)).AsSingle());

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a._value / b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(a._value * b._value + c._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 Larger(Lanes128 a, Lanes128 b) => new(Vector128.ConditionalSelect(Vector128.GreaterThan(a._value, b._value), a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 Smaller(Lanes128 a, Lanes128 b) => new(Vector128.ConditionalSelect(Vector128.LessThan(a._value, b._value), a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 BitsToExponent(Lanes128 x) => new((x._value.AsInt32() << 23).AsSingle());

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 RoundToBFloat16(Lanes128 x)
    {
        Vector128<int> bits = x._value.AsInt32(), last = (bits >>> 16) & Vector128.Create(1);
        Vector128<int> rounded = (bits + Vector128.Create(0x7fff) + last) & Vector128.Create(-0x10000);
        return new(Vector128.ConditionalSelect(Vector128.Equals(x._value, x._value), rounded.AsSingle(), x._value));
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes128 SwapPairs(Lanes128 x) => new(Vector128.Shuffle(x._value, Vector128.Create(1, 0, 3, 2)));

    [MethodImpl(AggressiveInlining)]
    public static void LoadPairs(float* from, out Lanes128 even, out Lanes128 odd)
    {
        even = new(Vector128.Create(from[0], from[2], from[4], from[6]));
        odd = new(Vector128.Create(from[1], from[3], from[5], from[7]));
    }

    [MethodImpl(AggressiveInlining)]
    public static void StorePairs(Lanes128 even, Lanes128 odd, float* to)
    {
        Vector128.Create(even._value[0], odd._value[0], even._value[1], odd._value[1]).Store(to);
        Vector128.Create(even._value[2], odd._value[2], even._value[3], odd._value[3]).Store(to + 4);
    }

    [MethodImpl(AggressiveInlining)]
    public static float Sum(Lanes128 x)
    {
        Vector128<float> two = x._value + Vector128.Shuffle(x._value, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }

    [MethodImpl(AggressiveInlining)]
    public static void StoreSums(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d, float* to)
    {
        to[0] = Sum(a);
        to[1] = Sum(b);
        to[2] = Sum(c);
        to[3] = Sum(d);
    }

    [MethodImpl(AggressiveInlining)]
    public static float Largest(Lanes128 x)
    {
        Lanes128 two = Larger(x, new(Vector128.Shuffle(x._value, Vector128.Create(2, 3, 0, 1))));
        return Math.Max(two._value[0], two._value[1]);
    }
}
