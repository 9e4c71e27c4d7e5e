// Other shapes of the same numbers: views where torch can, copies where it must.
#include "abi.h"

using namespace ost;

#define OST_SHAPED(name)                                                                                                   \
    OST_API Handle ost_##name(Handle x, const int64_t* values, int32_t n) {                                                \
        return result([=] { return x->name(ints(values, n)); });                                                           \
    }

OST_SHAPED(view)
OST_SHAPED(reshape)
OST_SHAPED(permute)
OST_SHAPED(repeat)
OST_SHAPED(tile)
OST_SHAPED(flip)

OST_API Handle ost_expand(Handle x, const int64_t* size, int32_t n, bool implicit) {
    return result([=] { return x->expand(ints(size, n), implicit); });
}

OST_API Handle ost_as_strided(Handle x, const int64_t* size, int32_t n, const int64_t* strides, int32_t m, int64_t offset) {
    return result([=] { return x->as_strided(ints(size, n), ints(strides, m), offset); });
}

OST_API Handle ost_flatten(Handle x, int64_t start, int64_t end) {
    return result([=] { return x->flatten(start, end); });
}


OST_API Handle ost_transpose(Handle x, int64_t dim0, int64_t dim1) {
    return result([=] { return x->transpose(dim0, dim1); });
}

OST_API Handle ost_t(Handle x) {
    return result([=] { return x->t(); });
}

OST_API Handle ost_squeeze(Handle x, int64_t dim) {
    return result([=] { return dim == INT64_MIN ? x->squeeze() : x->squeeze(dim); });
}

OST_API Handle ost_unsqueeze(Handle x, int64_t dim) {
    return result([=] { return x->unsqueeze(dim); });
}

OST_API Handle ost_narrow(Handle x, int64_t dim, int64_t start, int64_t length) {
    return result([=] { return x->narrow(dim, start, length); });
}

OST_API Handle ost_slice(Handle x, int64_t dim, int64_t start, int64_t end, int64_t step) {
    return result([=] { return x->slice(dim, start, end, step); });
}

OST_API Handle ost_select(Handle x, int64_t dim, int64_t index) {
    return result([=] { return x->select(dim, index); });
}

OST_API Handle ost_movedim(Handle x, const int64_t* source, int32_t n, const int64_t* destination, int32_t m) {
    return result([=] { return x->movedim(ints(source, n), ints(destination, m)); });
}

OST_API Handle ost_unfold(Handle x, int64_t dim, int64_t size, int64_t step) {
    return result([=] { return x->unfold(dim, size, step); });
}

OST_API Handle ost_roll(Handle x, const int64_t* shifts, int32_t n, const int64_t* dims, int32_t m) {
    return result([=] { return x->roll(ints(shifts, n), ints(dims, m)); });
}
