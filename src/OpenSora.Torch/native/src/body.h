// The kernels of one instruction set; OSK_SET names it. Everything has internal linkage, so sets cannot be mixed by the linker.
#include "kernels.h"
#include "vector.h"

#include <cmath>

#define OSK_QUOTE(x) #x
#define OSK_TEXT(x) OSK_QUOTE(x)

namespace {

using osk::Heads;
using osk::Planes;

/// 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)) with u = sqrt(2/pi) (x + 0.044715 x^3).
inline F gelu_of(F x) {
    F u = x * (0.7978845608028654f + 0.035677408136300125f * (x * x));
    F e = exponential(largest(all(-87.0f), u * -2.0f));
    return x / (e + 1.0f);
}

void gelu(float* x, const float* bias, int64_t rows, int64_t columns) {
#pragma omp parallel for if (rows > 1)
    for (int64_t r = 0; r < rows; r++) {
        float* row = x + r * columns;
        across(columns, [=](int64_t i, int64_t n) {
            F value = load_some(row + i, n, 0);
            if (bias)
                value += load_some(bias + i, n, 0);
            store_some(row + i, gelu_of(value), n);
        });
    }
}

/// Softmax of one row in place.
inline void softmax_row(float* x, int64_t columns) {
    F most = all(-INFINITY);
    across(columns, [&](int64_t i, int64_t n) { most = largest(load_some(x + i, n, -INFINITY), most); });
    F peak = all(maximum(most)), total{};
    across(columns, [&](int64_t i, int64_t n) {
        F e = exponential(load_some(x + i, n, -INFINITY) - peak);
        store_some(x + i, e, n);
        total += e;
    });
    F inverse = all(1.0f / sum(total));
    across(columns, [&](int64_t i, int64_t n) { store_some(x + i, load_some(x + i, n, 0) * inverse, n); });
}

void softmax(float* x, int64_t rows, int64_t columns) {
#pragma omp parallel for if (rows > 1)
    for (int64_t r = 0; r < rows; r++)
        softmax_row(x + r * columns, columns);
}

void modulate(const float* x, const float* scale, const float* shift, float* to, int64_t rows, int64_t columns,
              int64_t repeat, int64_t period, float epsilon) {
#pragma omp parallel for if (rows > 1)
    for (int64_t r = 0; r < rows; r++) {
        const float *row = x + r * columns, *s = scale + r / repeat % period * columns, *b = shift + r / repeat % period * columns;
        F total{}, squares{};
        across(columns, [&](int64_t i, int64_t n) { total += load_some(row + i, n, 0); });
        F mean = all(sum(total) / columns);
        // The second pass finds the row in cache, and squares of differences do not cancel.
        across(columns, [&](int64_t i, int64_t n) {
            F d = n == lanes ? load(row + i) - mean : load(row + i, n, mean[0]) - mean;
            squares += d * d;
        });
        F inverse = all(1.0f / std::sqrt(sum(squares) / columns + epsilon));
        across(columns, [&](int64_t i, int64_t n) {
            F normal = (load_some(row + i, n, 0) - mean) * inverse;
            store_some(to + r * columns + i, normal * load_some(s + i, n, 0) + load_some(b + i, n, 0), n);
        });
    }
}

/// One head of one token: norm, rotation of neighbouring channels, scale. `from` and `to` hold `size` floats.
inline void head(const float* from, const float* weight, const float* cos, const float* sin, float* to, int64_t size,
                 float scale, float epsilon) {
    float y[osk::most_size];
    F factor = all(1.0f);
    if (weight) {
        F squares{};
        across(size, [&](int64_t i, int64_t n) {
            F x = load_some(from + i, n, 0);
            squares += x * x;
        });
        factor = all(1.0f / std::sqrt(sum(squares) / size + epsilon));
    }
    across(size, [&](int64_t i, int64_t n) {
        F x = load_some(from + i, n, 0) * factor;
        if (weight)
            x *= load_some(weight + i, n, 0);
        store_some(y + i, x, n);
    });
    if (cos)
        for (int64_t i = 0; i < size / 2; i++) {
            float a = y[2 * i], b = y[2 * i + 1];
            y[2 * i] = a * cos[i] - b * sin[i];
            y[2 * i + 1] = b * cos[i] + a * sin[i];
        }
    across(size, [&](int64_t i, int64_t n) { store_some(to + i, load_some(y + i, n, 0) * scale, n); });
}

void heads(const Heads& h) {
    int64_t rows = h.groups * h.tokens, row_size = h.heads * h.size;
#pragma omp parallel for if (rows > 1)
    for (int64_t r = 0; r < rows; r++) {
        int64_t group = r / h.tokens, token = r % h.tokens;
        const float* cos = h.cos ? h.cos + token * (h.size / 2) : nullptr;
        const float* sin = h.sin ? h.sin + token * (h.size / 2) : nullptr;
        for (int64_t i = 0; i < h.heads; i++) {
            const float* from = h.qkv + (3 * r * h.heads + i) * h.size;
            int64_t at = ((group * h.heads + i) * h.tokens + token) * h.size;
            head(from, h.q_weight, cos, sin, h.q + at, h.size, h.scale, h.epsilon);
            head(from + row_size, h.k_weight, cos, sin, h.k + at, h.size, 1, h.epsilon);
            std::memcpy(h.v + at, from + 2 * row_size, sizeof(float) * h.size);
        }
    }
}

void attend(const float* q, const float* k, const float* v, float* to, int64_t batch, int64_t tokens, int64_t size) {
#pragma omp parallel for if (batch > 1)
    for (int64_t b = 0; b < batch; b++) {
        const float *keys = k + b * tokens * size, *values = v + b * tokens * size;
        float transposed[osk::most_size * osk::most_tokens]; // keys as [size, 16 or more]: scores of a query come 16 at once
        int64_t width = (tokens + lanes - 1) / lanes * lanes;
        for (int64_t d = 0; d < size; d++)
            for (int64_t j = 0; j < width; j++)
                transposed[d * width + j] = j < tokens ? keys[j * size + d] : 0;
        for (int64_t i = 0; i < tokens; i++) {
            const float* query = q + (b * tokens + i) * size;
            float* row = to + (b * tokens + i) * size;
            float scores[osk::most_tokens];
            for (int64_t j = 0; j < width; j += lanes) {
                F s{};
                for (int64_t d = 0; d < size; d++)
                    s += query[d] * load(transposed + d * width + j);
                store(scores + j, s);
            }
            softmax_row(scores, tokens);
            across(size, [&](int64_t c, int64_t n) {
                F s{};
                for (int64_t j = 0; j < tokens; j++)
                    s += scores[j] * load_some(values + j * size + c, n, 0);
                store_some(row + c, s, n);
            });
        }
    }
}

/// Runs are long: each piece that fits into cache is summed by itself, in two passes so that squares do not cancel, and pieces
/// are put together in double (Chan, Golub and LeVeque, 1979).
void moments(const float* x, int64_t runs, int64_t count, float epsilon, float* mean, float* inverse) {
    constexpr int64_t piece = 4096;
#pragma omp parallel for if (runs > 1)
    for (int64_t r = 0; r < runs; r++) {
        double all_mean = 0, all_squares = 0;
        for (int64_t first = 0; first < count; first += piece) {
            const float* from = x + r * count + first;
            int64_t n = count - first < piece ? count - first : piece;
            F total{}, squares{};
            across(n, [&](int64_t i, int64_t k) { total += load_some(from + i, k, 0); });
            double own = (double)sum(total) / n;
            F middle = all((float)own);
            across(n, [&](int64_t i, int64_t k) {
                F d = k == lanes ? load(from + i) - middle : load(from + i, k, middle[0]) - middle;
                squares += d * d;
            });
            double slip = own - (double)(float)own, step = own - all_mean;
            all_squares += (double)sum(squares) - n * slip * slip + step * step * ((double)first * n / (first + n));
            all_mean += step * n / (first + n);
        }
        mean[r] = (float)all_mean;
        inverse[r] = (float)(1 / std::sqrt(all_squares / count + epsilon));
    }
}

void scaled_silu(const float* x, const float* scale, const float* shift, float* to, const Planes& p) {
#pragma omp parallel for if (p.planes > 1)
    for (int64_t c = 0; c < p.planes; c++)
        for (int64_t row = 0; row < p.rows; row++) {
            const float* from = x + c * p.from_plane + row * p.width;
            float* target = to + c * p.to_plane + row * p.to_row;
            across(p.width, [&](int64_t i, int64_t n) {
                F y = load_some(from + i, n, 0) * scale[c] + shift[c];
                F silu = y / (exponential(F{} - y) + 1.0f);
                store_some(target + i, choose(y < all(-88.0f), F{}, silu), n); // where e^-y has no number any more
            });
        }
}

void round_bfloat16(const float* x, float* to, int64_t count) {
    constexpr int64_t piece = 1 << 16;
#pragma omp parallel for if (count > piece)
    for (int64_t first = 0; first < count; first += piece)
        across(count - first < piece ? count - first : piece, [=](int64_t i, int64_t n) {
            F value = load_some(x + first + i, n, 0);
            I bits = (I)value, last = (bits >> 16) & 1;
            F rounded = (F)((bits + 0x7fff + last) & (int32_t)0xffff0000);
            store_some(to + first + i, choose(value == value, rounded, value), n);
        });
}

} // namespace

namespace osk {
const Kernels OSK_SET = {OSK_TEXT(OSK_SET), gelu, softmax, modulate, heads, attend, moments, scaled_silu, round_bfloat16};
}
