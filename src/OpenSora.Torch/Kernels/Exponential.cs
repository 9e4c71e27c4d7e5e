using System.Runtime.CompilerServices;

namespace OpenSora.Torch.Kernels;

internal static class Exponential
{
    /// <summary>
    /// e^x to 1 ulp or so; 0 below -87.4, infinite above 88.4. A NaN stays one. The reduction is x = k ln 2 + r with ln 2 in
    /// two parts (Cody and Waite), the polynomial the minimax one of Cephes' expf.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T x) where T : unmanaged, ILanes<T>
    {
        // Adding it leaves no bits for less than one and the exponent of 2^k in the lowest ones.
        T shift = T.All(1.5f * (1 << 23) + 127);
        x = T.Smaller(T.All(89), T.Larger(T.All(-88), x));
        T shifted = T.MultiplyAdd(x, T.All(1.44269504088896341f), shift), k = shifted - shift;
        T r = T.MultiplyAdd(k, T.All(-0.693359375f), x);
        r = T.MultiplyAdd(k, T.All(2.12194440e-4f), r);
        T p = T.MultiplyAdd(T.All(1.9875691500e-4f), r, T.All(1.3981999507e-3f));
        p = T.MultiplyAdd(p, r, T.All(8.3334519073e-3f));
        p = T.MultiplyAdd(p, r, T.All(4.1665795894e-2f));
        p = T.MultiplyAdd(p, r, T.All(1.6666665459e-1f));
        p = T.MultiplyAdd(p, r, T.All(5.0000001201e-1f));
        p = T.MultiplyAdd(p, r * r, r) + T.All(1);
        return p * T.BitsToExponent(shifted);
    }
}
