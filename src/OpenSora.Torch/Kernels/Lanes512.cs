using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>AVX-512.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ILanes<Lanes512>
{
    private readonly Vector512<float> _value = value;

    public static string Name => "avx512";

    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported;

    public static int Count => 16;

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 All(float x) => new(Vector512.Create(x));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 LoadFirst(float* from, long count) => new(Avx512F.MaskLoad(from, First(count), Vector512<float>.Zero));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Lanes512 x, float* to) => x._value.Store(to);

    [MethodImpl(AggressiveInlining)]
    public static void StoreFirst(Lanes512 x, float* to, long count) => Avx512F.MaskStore(to, First(count), x._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 KeepFirst(Lanes512 x, long count) => new(x._value & First(count));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a._value / b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Larger(Lanes512 a, Lanes512 b) => new(Avx512F.Max(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Smaller(Lanes512 a, Lanes512 b) => new(Avx512F.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 BitsToExponent(Lanes512 x) => new((x._value.AsInt32() << 23).AsSingle());

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 RoundToBFloat16(Lanes512 x)
    {
        Vector512<int> bits = x._value.AsInt32(), last = (bits >>> 16) & Vector512.Create(1);
        Vector512<int> rounded = (bits + Vector512.Create(0x7fff) + last) & Vector512.Create(-0x10000);
        return new(Vector512.ConditionalSelect(Vector512.Equals(x._value, x._value), rounded.AsSingle(), x._value));
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 SwapPairs(Lanes512 x) => new(Avx512F.Permute4x32(x._value, 0b10_11_00_01));

    [MethodImpl(AggressiveInlining)]
    public static void LoadPairs(float* from, out Lanes512 even, out Lanes512 odd)
    {
        Vector512<float> low = Vector512.Load(from), high = Vector512.Load(from + 16);
        Vector512<int> places = Vector512<int>.Indices << 1;
        even = new(Avx512F.PermuteVar16x32x2(low, places, high));
        odd = new(Avx512F.PermuteVar16x32x2(low, places + Vector512<int>.One, high));
    }

    [MethodImpl(AggressiveInlining)]
    public static void StorePairs(Lanes512 even, Lanes512 odd, float* to)
    {
        Vector512<int> places = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        Avx512F.PermuteVar16x32x2(even._value, places, odd._value).Store(to);
        Avx512F.PermuteVar16x32x2(even._value, places + Vector512.Create(8), odd._value).Store(to + 16);
    }

    [MethodImpl(AggressiveInlining)]
    public static float Sum(Lanes512 x) => Lanes256.Sum(Half(x));

    [MethodImpl(AggressiveInlining)]
    public static void StoreSums(Lanes512 a, Lanes512 b, Lanes512 c, Lanes512 d, float* to) => Lanes256.StoreSums(Half(a), Half(b), Half(c), Half(d), to);

    [MethodImpl(AggressiveInlining)]
    public static float Largest(Lanes512 x) => Lanes256.Largest(Lanes256.Larger(new(x._value.GetLower()), new(x._value.GetUpper())));

    [MethodImpl(AggressiveInlining)]
    private static Lanes256 Half(Lanes512 x) => new(x._value.GetLower() + x._value.GetUpper());

    [MethodImpl(AggressiveInlining)]
    private static Vector512<float> First(long count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();
}
