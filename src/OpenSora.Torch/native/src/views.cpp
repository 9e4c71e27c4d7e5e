// Other shapes and parts of the same memory, and several tensors as one.
#include "abi.h"

using namespace ost;

#define SHAPED(name)                                                                                                               \
    EXPORT_API(Tensor) THSTensor_##name(Tensor x, const int64_t* shape, int32_t n) {                                               \
        return result([=] { return x->name(ints(shape, n)); });                                                                    \
    }

SHAPED(permute)
SHAPED(repeat)
SHAPED(reshape)
SHAPED(view)

EXPORT_API(Tensor) THSTensor_expand(Tensor x, const int64_t* shape, int32_t n, bool implicit) {
    return result([=] { return x->expand(ints(shape, n), implicit); });
}

EXPORT_API(Tensor) THSTensor_as_strided(Tensor x, const int64_t* sizes, int32_t n, const int64_t* strides, int32_t m, int64_t offset) {
    return result([=] { return x->as_strided(ints(sizes, n), ints(strides, m), offset); });
}

EXPORT_API(Tensor) THSTensor_flatten(Tensor x, int64_t start, int64_t end) { return result([=] { return x->flatten(start, end); }); }
EXPORT_API(Tensor) THSTensor_unflatten(Tensor x, int64_t dim, const int64_t* shape, int32_t n) {
    return result([=] { return x->unflatten(dim, ints(shape, n)); });
}

EXPORT_API(Tensor) THSTensor_squeeze(Tensor x, int64_t dim) { return result([=] { return x->squeeze(dim); }); }
EXPORT_API(Tensor) THSTensor_squeeze_no_dim(Tensor x) { return result([=] { return x->squeeze(); }); }
EXPORT_API(Tensor) THSTensor_unsqueeze(Tensor x, int64_t dim) { return result([=] { return x->unsqueeze(dim); }); }
EXPORT_API(Tensor) THSTensor_t(Tensor x) { return result([=] { return x->t(); }); }
EXPORT_API(Tensor) THSTensor_transpose(Tensor x, int64_t one, int64_t other) { return result([=] { return x->transpose(one, other); }); }

EXPORT_API(Tensor) THSTensor_get1(Tensor x, int64_t i) { return result([=] { return x->select(0, i); }); }
EXPORT_API(Tensor) THSTensor_get2(Tensor x, int64_t i, int64_t j) { return result([=] { return x->select(0, i).select(0, j); }); }
EXPORT_API(Tensor) THSTensor_select(Tensor x, int64_t dim, int64_t i) { return result([=] { return x->select(dim, i); }); }
EXPORT_API(Tensor) THSTensor_narrow(Tensor x, int64_t dim, int64_t start, int64_t length) {
    return result([=] { return x->narrow(dim, start, length); });
}

EXPORT_API(Tensor) THSTensor_slice(Tensor x, int64_t dim, int64_t start, int64_t end, int64_t step) {
    return result([=] { return x->slice(dim, start, end, step); });
}

EXPORT_API(Tensor) THSTensor_index_select(Tensor x, int64_t dim, Tensor index) {
    return result([=] { return x->index_select(dim, *index); });
}

EXPORT_API(void) THSTensor_chunk(Tensor x, Allocator<Tensor> allocate, int64_t chunks, int64_t dim) {
    results(allocate, [=] { return x->chunk(chunks, dim); });
}

EXPORT_API(void) THSTensor_split_with_size(Tensor x, Allocator<Tensor> allocate, int64_t size, int64_t dim) {
    results(allocate, [=] { return x->split(size, dim); });
}

EXPORT_API(void) THSTensor_unbind(Tensor x, Allocator<Tensor> allocate, int64_t dim) {
    results(allocate, [=] { return x->unbind(dim); });
}

namespace {

std::vector<at::Tensor> list(const Tensor* handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    for (int32_t i = 0; i < count; i++)
        tensors.push_back(*handles[i]);
    return tensors;
}

} // namespace

EXPORT_API(Tensor) THSTensor_cat(const Tensor* tensors, int32_t n, int64_t dim) { return result([=] { return at::cat(list(tensors, n), dim); }); }
EXPORT_API(Tensor) THSTensor_stack(const Tensor* tensors, int32_t n, int64_t dim) { return result([=] { return at::stack(list(tensors, n), dim); }); }

EXPORT_API(Tensor) THSTensor_flip(Tensor x, const int64_t* dims, int32_t n) { return result([=] { return x->flip(ints(dims, n)); }); }
