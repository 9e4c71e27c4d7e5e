// What a tensor is: shape, type, device, memory; and its end.
#include "abi.h"

using namespace ost;

EXPORT_API(void) THSTensor_dispose(Tensor x) { delete x; }

EXPORT_API(int64_t) THSTensor_ndimension(Tensor x) { return value<int64_t>(0, [=] { return x->dim(); }); }
EXPORT_API(int64_t) THSTensor_numel(Tensor x) { return value<int64_t>(0, [=] { return x->numel(); }); }
EXPORT_API(int64_t) THSTensor_size(Tensor x, int64_t dim) { return value<int64_t>(0, [=] { return x->size(dim); }); }
EXPORT_API(int64_t) THSTensor_stride(Tensor x, int64_t dim) { return value<int64_t>(0, [=] { return x->stride(dim); }); }
EXPORT_API(int64_t) THSTensor_storage_offset(Tensor x) { return value<int64_t>(0, [=] { return x->storage_offset(); }); }
EXPORT_API(int64_t) THSTensor_element_size(Tensor x) { return value<int64_t>(0, [=] { return x->element_size(); }); }
EXPORT_API(int8_t) THSTensor_type(Tensor x) { return value<int8_t>(0, [=] { return static_cast<int8_t>(x->scalar_type()); }); }
EXPORT_API(int32_t) THSTensor_device_type(Tensor x) { return value<int32_t>(0, [=] { return type_of(x->device()); }); }
EXPORT_API(int32_t) THSTensor_device_index(Tensor x) { return value<int32_t>(0, [=] { return x->device().index(); }); }
EXPORT_API(bool) THSTensor_is_contiguous(Tensor x) { return value(false, [=] { return x->is_contiguous(); }); }
EXPORT_API(bool) THSTensor_requires_grad(Tensor x) { return value(false, [=] { return x->requires_grad(); }); }
EXPORT_API(void) THSTensor_set_requires_grad(Tensor x, bool requires_grad) { run([=] { x->set_requires_grad(requires_grad); }); }

/// The address of the first element, in the memory of the tensor's device.
EXPORT_API(void*) THSTensor_data(Tensor x) { return value<void*>(nullptr, [=] { return x->data_ptr(); }); }

namespace {

void give(Allocator<int64_t> allocate, at::IntArrayRef numbers) {
    int64_t* room = allocate(numbers.size());
    std::copy(numbers.begin(), numbers.end(), room);
}

} // namespace

EXPORT_API(void) THSTensor_sizes(Tensor x, Allocator<int64_t> allocate) { run([=] { give(allocate, x->sizes()); }); }
EXPORT_API(void) THSTensor_strides(Tensor x, Allocator<int64_t> allocate) { run([=] { give(allocate, x->strides()); }); }

EXPORT_API(Scalar) THSTensor_item(Tensor x) { return value<Scalar>(nullptr, [=] { return new at::Scalar(x->item()); }); }
EXPORT_API(bool) THSTensor_equal(Tensor x, Tensor y) { return value(false, [=] { return at::equal(*x, *y); }); }

// Names of dimensions: this project gives none, and torch 2.14 has none any more.
EXPORT_API(bool) THSTensor_has_names(Tensor) { return false; }
EXPORT_API(void) THSTensor_names(Tensor, Allocator<const char*>) {}

EXPORT_API(void) THSTensor_rename_(Tensor, const char** names, int64_t count) {
    run([=] { TORCH_CHECK(names == nullptr || count == 0, "rename_: names of dimensions are not of this binding"); });
}
