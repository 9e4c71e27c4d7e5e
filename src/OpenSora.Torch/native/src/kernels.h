// The kernels, once for every instruction set. All arrays are dense row-major float32. A row is always computed whole and by
// one thread, with the same operations wherever it lies: results depend on its values and its length only, not on the
// number of rows, the number of threads or the alignment of memory.
#pragma once
#include <cstdint>

namespace osk {

/// Queries, keys and values of self-attention: what `heads` reads and writes. Groups of `tokens` tokens each.
struct Heads {
    const float* qkv;      // [groups, tokens, 3, heads, size]
    const float* q_weight; // [size], or null: no norm
    const float* k_weight;
    const float* cos;      // [tokens, size / 2], or null: no rotation
    const float* sin;
    float* q;              // [groups, heads, tokens, size], scaled
    float* k;              // the same shape
    float* v;
    int64_t groups, tokens, heads, size;
    float scale, epsilon;
};

/// Some rows of each plane of an image, and where they go: distances in numbers.
struct Planes {
    int64_t planes, rows, width;
    int64_t from_plane;        // rows of an image are dense
    int64_t to_plane, to_row;
};

struct Kernels {
    const char* name;
    /// x = gelu(x + bias), tanh form; `bias` [columns] or null.
    void (*gelu)(float* x, const float* bias, int64_t rows, int64_t columns);
    /// x = softmax(x) over each row.
    void (*softmax)(float* x, int64_t rows, int64_t columns);
    /// to = norm(x) * scale + shift; row r takes row (r / repeat) % period of scale and shift.
    void (*modulate)(const float* x, const float* scale, const float* shift, float* to, int64_t rows, int64_t columns,
                     int64_t repeat, int64_t period, float epsilon);
    /// RMS norm and rotation of queries and keys, heads before tokens.
    void (*heads)(const Heads& h);
    /// softmax(q k^T) v for short sequences, each of the `batch` by itself: [batch, tokens, size], tokens <= most_tokens.
    void (*attend)(const float* q, const float* k, const float* v, float* to, int64_t batch, int64_t tokens, int64_t size);
    /// Mean and 1 / sqrt(variance + epsilon) of each of `runs` runs of `count` numbers.
    void (*moments)(const float* x, int64_t runs, int64_t count, float epsilon, float* mean, float* inverse);
    /// to = silu(x * scale + shift) for `rows` rows of each plane, each plane with a scale and a shift of its own.
    void (*scaled_silu)(const float* x, const float* scale, const float* shift, float* to, const Planes& p);
    /// to = x rounded to bfloat16, to the nearest and ties to even, held as float.
    void (*round_bfloat16)(const float* x, float* to, int64_t count);
};

constexpr int64_t most_size = 256;  // channels of a head
constexpr int64_t most_tokens = 64; // of a sequence in `attend`

extern const Kernels portable, avx2, avx512;

} // namespace osk
