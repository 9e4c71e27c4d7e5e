// The C interface: the best instruction set that this processor has, or the one that was asked for. The operating system must
// save the wide registers too, which __builtin_cpu_supports asks about.
#include "kernels.h"

#include <cstring>

#define OSK_API extern "C" __attribute__((visibility("default")))

namespace {

const osk::Kernels* find(const char* name) {
#ifdef OSK_X86
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl");
    bool middle = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (wide && (name == nullptr || std::strcmp(name, osk::avx512.name) == 0))
        return &osk::avx512;
    if (middle && (name == nullptr || std::strcmp(name, osk::avx2.name) == 0))
        return &osk::avx2;
#endif
    return name == nullptr || std::strcmp(name, osk::portable.name) == 0 ? &osk::portable : nullptr;
}

const osk::Kernels* chosen = find(nullptr);

} // namespace

/// Takes portable, avx2 or avx512 from now on, null for the best; 0 when this processor lacks it.
OSK_API int32_t osk_use(const char* name) {
    const osk::Kernels* found = find(name);
    chosen = found ? found : chosen;
    return found != nullptr;
}

OSK_API const char* osk_name() { return chosen->name; }

OSK_API void osk_gelu(float* x, const float* bias, int64_t rows, int64_t columns) { chosen->gelu(x, bias, rows, columns); }

OSK_API void osk_softmax(float* x, int64_t rows, int64_t columns) { chosen->softmax(x, rows, columns); }

OSK_API void osk_modulate(const float* x, const float* scale, const float* shift, float* to, int64_t rows, int64_t columns,
                          int64_t repeat, int64_t period, float epsilon) {
    chosen->modulate(x, scale, shift, to, rows, columns, repeat, period, epsilon);
}

OSK_API void osk_heads(const osk::Heads* h) { chosen->heads(*h); }

OSK_API void osk_attend(const float* q, const float* k, const float* v, float* to, int64_t batch, int64_t tokens, int64_t size) {
    chosen->attend(q, k, v, to, batch, tokens, size);
}

OSK_API void osk_moments(const float* x, int64_t runs, int64_t count, float epsilon, float* mean, float* inverse) {
    chosen->moments(x, runs, count, epsilon, mean, inverse);
}

OSK_API void osk_scaled_silu(const float* x, const float* scale, const float* shift, float* to, const osk::Planes* p) {
    chosen->scaled_silu(x, scale, shift, to, *p);
}

OSK_API void osk_round_bfloat16(const float* x, float* to, int64_t count) { chosen->round_bfloat16(x, to, count); }
