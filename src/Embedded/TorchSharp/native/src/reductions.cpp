// Sums, means, extremes: over everything, or over some dimensions.
#include "abi.h"

using namespace ost;

/// n = 0 sums over everything.
OST_API Handle ost_sum(Handle x, const int64_t* dims, int32_t n, bool keepdim, int32_t type) {
    return result([=] {
        return n == 0 ? at::sum(*x, optional_type(type)) : at::sum(*x, ints(dims, n), keepdim, optional_type(type));
    });
}

OST_API Handle ost_mean(Handle x, const int64_t* dims, int32_t n, bool keepdim, int32_t type) {
    return result([=] {
        return n == 0 ? at::mean(*x, optional_type(type)) : at::mean(*x, ints(dims, n), keepdim, optional_type(type));
    });
}

OST_API Handle ost_var(Handle x, const int64_t* dims, int32_t n, bool unbiased, bool keepdim) {
    return result([=] { return n == 0 ? at::var(*x, unbiased) : at::var(*x, ints(dims, n), unbiased, keepdim); });
}

OST_API Handle ost_std(Handle x, const int64_t* dims, int32_t n, bool unbiased, bool keepdim) {
    return result([=] { return n == 0 ? at::std(*x, unbiased) : at::std(*x, ints(dims, n), unbiased, keepdim); });
}

OST_API Handle ost_norm(Handle x, double p, int64_t dim, bool keepdim) {
    return result([=] { return dim == INT64_MIN ? at::norm(*x, p) : at::norm(*x, Optional<at::Scalar>(p), {dim}, keepdim); });
}

#define OST_EXTREMES(name)                                                                                                 \
    OST_API Handle ost_a##name(Handle x, const int64_t* dims, int32_t n, bool keepdim) {                                \
        return result([=] { return at::a##name(*x, ints(dims, n), keepdim); });                                       \
    }                                                                                                                      \
    OST_API Handle ost_##name(Handle x) { return result([=] { return at::name(*x); }); }                                   \
    OST_API int32_t ost_##name##_dim(Handle x, int64_t dim, bool keepdim, Handle* out) {                                \
        return results(out, [=] {                                                                                          \
            auto pair = at::name(*x, dim, keepdim);                                                                   \
            return std::vector<at::Tensor>{std::get<0>(pair), std::get<1>(pair)};                                          \
        });                                                                                                                \
    }                                                                                                                      \
    OST_API Handle ost_arg##name(Handle x, int64_t dim, bool keepdim) {                                                 \
        return result([=] { return at::arg##name(*x, optional_dim(dim), keepdim); });                                 \
    }

OST_EXTREMES(max)
OST_EXTREMES(min)

#define OST_QUANTIFIER(name)                                                                                               \
    OST_API Handle ost_##name(Handle x) { return result([=] { return at::name(*x); }); }                                   \
    OST_API Handle ost_##name##_dim(Handle x, int64_t dim, bool keepdim) {                                              \
        return result([=] { return at::name(*x, dim, keepdim); });                                                    \
    }

OST_QUANTIFIER(all)
OST_QUANTIFIER(any)

OST_API Handle ost_cumsum(Handle x, int64_t dim, int32_t type) {
    return result([=] { return at::cumsum(*x, dim, optional_type(type)); });
}

OST_API Handle ost_cumprod(Handle x, int64_t dim, int32_t type) {
    return result([=] { return at::cumprod(*x, dim, optional_type(type)); });
}

OST_API Handle ost_prod(Handle x, int64_t dim, bool keepdim, int32_t type) {
    return result([=] {
        return dim == INT64_MIN ? at::prod(*x, optional_type(type)) : at::prod(*x, dim, keepdim, optional_type(type));
    });
}
