// Fewer numbers of many.
#include "abi.h"

using namespace ost;

EXPORT_API(Tensor) THSTensor_any(Tensor x) { return result([=] { return x->any(); }); }
EXPORT_API(Tensor) THSTensor_max(Tensor x) { return result([=] { return x->max(); }); }
EXPORT_API(Tensor) THSTensor_min(Tensor x) { return result([=] { return x->min(); }); }
EXPORT_API(Tensor) THSTensor_mean(Tensor x) { return result([=] { return x->mean(); }); }

EXPORT_API(Tensor) THSTensor_sum(Tensor x, bool has_type, int8_t dtype) {
    return result([=] { return has_type ? x->sum(type(dtype)) : x->sum(); });
}

EXPORT_API(Tensor) THSTensor_sum_along_dimensions(Tensor x, const int64_t* dims, int32_t n, bool keepdim, bool has_type, int8_t dtype) {
    return result([=] { return has_type ? x->sum(ints(dims, n), keepdim, type(dtype)) : x->sum(ints(dims, n), keepdim); });
}

EXPORT_API(Tensor) THSTensor_mean_along_dimensions(Tensor x, const int64_t* dims, int32_t n, bool keepdim, bool has_type, int8_t dtype) {
    return result([=] { return has_type ? x->mean(ints(dims, n), keepdim, type(dtype)) : x->mean(ints(dims, n), keepdim); });
}

EXPORT_API(Tensor) THSTensor_var_along_dimensions(Tensor x, const int64_t* dims, int32_t n, bool unbiased, bool keepdim) {
    return result([=] { return x->var(ints(dims, n), unbiased, keepdim); });
}
