// One tensor from many, and many from one.
#include "abi.h"

using namespace ost;

OST_API Handle ost_cat(const Handle* list, int32_t n, int64_t dim) {
    return result([=] { return at::cat(tensors(list, n), dim); });
}

OST_API Handle ost_stack(const Handle* list, int32_t n, int64_t dim) {
    return result([=] { return at::stack(tensors(list, n), dim); });
}

OST_API Handle ost_einsum(const char* equation, const Handle* list, int32_t n) {
    return result([=] { return at::einsum(equation, tensors(list, n)); });
}

OST_API int32_t ost_meshgrid(const Handle* list, int32_t n, const char* indexing, Handle* out) {
    return results(out, [=] { return at::meshgrid(tensors(list, n), indexing); });
}

OST_API int32_t ost_broadcast_tensors(const Handle* list, int32_t n, Handle* out) {
    return results(out, [=] { return at::broadcast_tensors(tensors(list, n)); });
}

/// Pieces of the given lengths: as many as there are lengths.
OST_API int32_t ost_split(Handle x, const int64_t* lengths, int32_t n, int64_t dim, Handle* out) {
    return results(out, [=] { return x->split_with_sizes(ints(lengths, n), dim); });
}

/// The slices along a dimension: as many as it is long.
OST_API int32_t ost_unbind(Handle x, int64_t dim, Handle* out) {
    return results(out, [=] { return x->unbind(dim); });
}
