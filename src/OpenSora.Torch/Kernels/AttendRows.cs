using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>to = softmax(q kᵀ · scale) v for short sequences. A row is a sequence.</summary>
/// <param name="q">[sequences, tokens, size]; the others likewise.</param>
internal readonly unsafe struct AttendRows<T>(float* q, float* k, float* v, float* to, long sequences, long tokens, long size, float scale) : IRows
    where T : unmanaged, ILanes<T>
{
    public long Rows => sequences;

    public long Cost => tokens * tokens * size / 6;

    /// <summary>Two queries at a time share what is loaded of keys and values; behind an odd last one, it stands in for the second.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        // Longer by a register: scores are read and written a register at a time.
        float* scores = stackalloc float[2 * ((int)FusedKernels.MostTokens + T.Count)];
        float* more = scores + FusedKernels.MostTokens + T.Count;
        for (long s = first; s < end; s++)
        {
            float* keys = k + s * tokens * size, values = v + s * tokens * size;
            for (long i = 0; i < tokens; i += 2)
            {
                long one = (s * tokens + i) * size, two = i + 1 < tokens ? one + size : one;
                Score(q + one, q + two, keys, scores, more);
                Sum(scores, more, T.All(1 / Exponents(scores)), T.All(1 / Exponents(more)), values, to + one, to + two);
            }
        }
    }

    /// <summary>Products of two queries with all keys, four keys at a time.</summary>
    [MethodImpl(AggressiveInlining)]
    private void Score(float* query, float* other, float* keys, float* scores, float* more)
    {
        for (long j = 0; j < tokens; j += 4)
        {
            float* k0 = keys + j * size, k1 = Next(k0, j + 1), k2 = Next(k1, j + 2), k3 = Next(k2, j + 3);
            T a = T.All(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
            for (long i = 0; i < size; i += T.Count)
            {
                long n = size - i;
                T x = Load(query + i, n), y = Load(other + i, n), key = Load(k0 + i, n);
                (a, e) = (T.MultiplyAdd(x, key, a), T.MultiplyAdd(y, key, e));
                key = Load(k1 + i, n);
                (b, f) = (T.MultiplyAdd(x, key, b), T.MultiplyAdd(y, key, f));
                key = Load(k2 + i, n);
                (c, g) = (T.MultiplyAdd(x, key, c), T.MultiplyAdd(y, key, g));
                key = Load(k3 + i, n);
                (d, h) = (T.MultiplyAdd(x, key, d), T.MultiplyAdd(y, key, h));
            }
            T.StoreSums(a, b, c, d, scores + j);
            T.StoreSums(e, f, g, h, more + j);
        }
        for (long j = tokens; j % T.Count != 0; j++)
            scores[j] = more[j] = float.NegativeInfinity;
    }

    /// <summary>The key behind; behind the last one, the last one again.</summary>
    [MethodImpl(AggressiveInlining)]
    private float* Next(float* key, long index) => index < tokens ? key + size : key;

    [MethodImpl(AggressiveInlining)]
    private static T Load(float* from, long left) => left >= T.Count ? T.Load(from) : T.LoadFirst(from, left);

    /// <summary>Each score becomes e^(score − largest).</summary>
    /// <returns>Their sum.</returns>
    [MethodImpl(AggressiveInlining)]
    private float Exponents(float* scores)
    {
        T most = T.Load(scores), total = T.All(0), factor = T.All(scale);
        for (long j = T.Count; j < tokens; j += T.Count)
            most = T.Larger(T.Load(scores + j), most);
        most = T.All(T.Largest(most));
        for (long j = 0; j < tokens; j += T.Count)
        {
            T e = Exponential.Of((T.Load(scores + j) - most) * factor);
            T.Store(e, scores + j);
            total += e;
        }
        return T.Sum(total);
    }

    /// <summary>The sums of all values, each times its weight, times the inverse of all weights.</summary>
    [MethodImpl(AggressiveInlining)]
    private void Sum(float* weights, float* more, T inverse, T other, float* values, float* target, float* beside)
    {
        long i = 0;
        for (; i + 4 * T.Count <= size; i += 4 * T.Count)
        {
            T a = T.All(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
            float* value = values + i;
            for (long j = 0; j < tokens; j++, value += size)
            {
                T x = T.All(weights[j]), y = T.All(more[j]), own = T.Load(value);
                (a, e) = (T.MultiplyAdd(x, own, a), T.MultiplyAdd(y, own, e));
                own = T.Load(value + T.Count);
                (b, f) = (T.MultiplyAdd(x, own, b), T.MultiplyAdd(y, own, f));
                own = T.Load(value + 2 * T.Count);
                (c, g) = (T.MultiplyAdd(x, own, c), T.MultiplyAdd(y, own, g));
                own = T.Load(value + 3 * T.Count);
                (d, h) = (T.MultiplyAdd(x, own, d), T.MultiplyAdd(y, own, h));
            }
            Store4(a * inverse, b * inverse, c * inverse, d * inverse, target + i);
            Store4(e * other, f * other, g * other, h * other, beside + i);
        }
        for (; i < size; i += T.Count)
        {
            long n = size - i;
            T a = T.All(0), e = a;
            float* value = values + i;
            for (long j = 0; j < tokens; j++, value += size)
            {
                T own = Load(value, n);
                (a, e) = (T.MultiplyAdd(T.All(weights[j]), own, a), T.MultiplyAdd(T.All(more[j]), own, e));
            }
            Store(a * inverse, target + i, n);
            Store(e * other, beside + i, n);
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static void Store4(T a, T b, T c, T d, float* to)
    {
        T.Store(a, to);
        T.Store(b, to + T.Count);
        T.Store(c, to + 2 * T.Count);
        T.Store(d, to + 3 * T.Count);
    }

    [MethodImpl(AggressiveInlining)]
    private static void Store(T x, float* to, long left)
    {
        if (left >= T.Count)
            T.Store(x, to);
        else
            T.StoreFirst(x, to, left);
    }
}
