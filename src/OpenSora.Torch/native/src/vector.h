// Sixteen floats at once, in the compiler's own vector types: one register of AVX-512, two of AVX2, four of SSE or NEON.
#pragma once
#include <cstdint>
#include <cstring>

namespace {

constexpr int64_t lanes = 16;
typedef float F __attribute__((vector_size(4 * lanes)));
typedef int32_t I __attribute__((vector_size(4 * lanes)));

inline F all(float x) { return x - F{}; }

inline F load(const float* p) {
    F x;
    std::memcpy(&x, p, sizeof x);
    return x;
}

inline void store(float* p, F x) { std::memcpy(p, &x, sizeof x); }

/// The first n of 16 lanes; the others hold `rest`.
inline F load(const float* p, int64_t n, float rest) {
    F x = all(rest);
    std::memcpy(&x, p, sizeof(float) * n);
    return x;
}

inline void store(float* p, F x, int64_t n) { std::memcpy(p, &x, sizeof(float) * n); }

inline F choose(I mask, F yes, F no) { return (F)(((I)yes & mask) | ((I)no & ~mask)); }
inline F largest(F a, F b) { return choose(a > b, a, b); }

/// Sum of the lanes, always in the same order.
inline float sum(F x) {
    float s[lanes];
    std::memcpy(s, &x, sizeof s);
    for (int64_t half = lanes / 2; half > 0; half /= 2)
        for (int64_t i = 0; i < half; i++)
            s[i] += s[i + half];
    return s[0];
}

inline float maximum(F x) {
    float s[lanes];
    std::memcpy(s, &x, sizeof s);
    float m = s[0];
    for (float value : s)
        m = value > m ? value : m;
    return m;
}

/// e^x to 1 ulp or so, for x <= 88; below -87 it is 0. The reduction is x = k ln 2 + r with ln 2 in two parts (Cody and
/// Waite), the polynomial the minimax one of Cephes' expf. A NaN stays one.
inline F exponential(F x) {
    const F low = all(-87.0f), high = all(88.0f);
    I under = x < low;
    F c = choose(x > high, high, choose(under, low, x));
    F k = c * 1.44269504088896341f;
    k = (k + 12582912.0f) - 12582912.0f; // nearest whole number: 1.5 * 2^23 leaves no bits for the rest
    F r = c - k * 0.693359375f;
    r = r - k * -2.12194440e-4f;
    F p = all(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    I power = (__builtin_convertvector(k, I) + 127) << 23;
    F e = p * (F)power;
    e = choose(under, F{}, e);
    return choose(x == x, e, x);
}

/// Calls f(i, n) for every run of at most 16 columns.
template <class Each> inline void across(int64_t columns, Each&& f) {
    int64_t i = 0;
    for (; i + lanes <= columns; i += lanes)
        f(i, lanes);
    if (i < columns)
        f(i, columns - i);
}

inline F load_some(const float* p, int64_t n, float rest) { return n == lanes ? load(p) : load(p, n, rest); }

inline void store_some(float* p, F x, int64_t n) {
    if (n == lanes)
        store(p, x);
    else
        store(p, x, n);
}

} // namespace
