using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>AVX2 with fused multiplication and addition.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> value) : ILanes<Lanes256>
{
    private readonly Vector256<float> _value = value;

    public static string Name => "avx2";

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static int Count => 8;

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 All(float x) => new(Vector256.Create(x));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 LoadFirst(float* from, long count) => new(Avx.MaskLoad(from, First(count)));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Lanes256 x, float* to) => x._value.Store(to);

    [MethodImpl(AggressiveInlining)]
    public static void StoreFirst(Lanes256 x, float* to, long count) => Avx.MaskStore(to, First(count), x._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 KeepFirst(Lanes256 x, long count) => new(x._value & First(count));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._value + b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._value - b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._value * b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._value / b._value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Fma.MultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 Larger(Lanes256 a, Lanes256 b) => new(Avx.Max(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 Smaller(Lanes256 a, Lanes256 b) => new(Avx.Min(a._value, b._value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 BitsToExponent(Lanes256 x) => new((x._value.AsInt32() << 23).AsSingle());

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 RoundToBFloat16(Lanes256 x)
    {
        Vector256<int> bits = x._value.AsInt32(), last = (bits >>> 16) & Vector256.Create(1);
        Vector256<int> rounded = (bits + Vector256.Create(0x7fff) + last) & Vector256.Create(-0x10000);
        return new(Vector256.ConditionalSelect(Vector256.Equals(x._value, x._value), rounded.AsSingle(), x._value));
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 SwapPairs(Lanes256 x) => new(Avx.Permute(x._value, 0b10_11_00_01));

    [MethodImpl(AggressiveInlining)]
    public static void LoadPairs(float* from, out Lanes256 even, out Lanes256 odd)
    {
        Vector256<float> low = Vector256.Load(from), high = Vector256.Load(from + 8);
        even = new(InOrder(Avx.Shuffle(low, high, 0b10_00_10_00)));
        odd = new(InOrder(Avx.Shuffle(low, high, 0b11_01_11_01)));
    }

    [MethodImpl(AggressiveInlining)]
    public static void StorePairs(Lanes256 even, Lanes256 odd, float* to)
    {
        Vector256<float> low = Avx.UnpackLow(even._value, odd._value), high = Avx.UnpackHigh(even._value, odd._value);
        Avx.Permute2x128(low, high, 0x20).Store(to);
        Avx.Permute2x128(low, high, 0x31).Store(to + 8);
    }

    /// <summary>The two pairs in the middle exchanged.</summary>
    [MethodImpl(AggressiveInlining)]
    private static Vector256<float> InOrder(Vector256<float> x) => Avx2.Permute4x64(x.AsDouble(), 0b11_01_10_00).AsSingle();

    [MethodImpl(AggressiveInlining)]
    public static float Sum(Lanes256 x) => Lanes128.Sum(Half(x));

    [MethodImpl(AggressiveInlining)]
    public static void StoreSums(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d, float* to) => Lanes128.StoreSums(Half(a), Half(b), Half(c), Half(d), to);

    [MethodImpl(AggressiveInlining)]
    public static float Largest(Lanes256 x) => Lanes128.Largest(Lanes128.Larger(new(x._value.GetLower()), new(x._value.GetUpper())));

    [MethodImpl(AggressiveInlining)]
    private static Lanes128 Half(Lanes256 x) => new(x._value.GetLower() + x._value.GetUpper());

    [MethodImpl(AggressiveInlining)]
    private static Vector256<float> First(long count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)count)).AsSingle();
}
