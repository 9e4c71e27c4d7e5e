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

EXPORT_API(bool) THSTensor_has_names(Tensor x) { return value(false, [=] { return x->has_names(); }); }

/// The managed side frees each name.
EXPORT_API(void) THSTensor_names(Tensor x, Allocator<const char*> allocate) {
    run([=] {
        if (!x->has_names())
            return;
        at::DimnameList names = x->names();
        const char** room = allocate(names.size());
        for (size_t i = 0; i < names.size(); i++)
            room[i] = strdup(names[i].symbol().toUnqualString());
    });
}

EXPORT_API(void) THSTensor_rename_(Tensor x, const char** names, int64_t count) {
    run([=] {
        std::vector<at::Dimname> list;
        for (int64_t i = 0; names != nullptr && i < count; i++)
            list.push_back(names[i] == nullptr || std::string(names[i]) == "*" ? at::Dimname::wildcard()
                                                                              : at::Dimname::fromSymbol(at::Symbol::dimname(names[i])));
        x->rename_(list.empty() ? Optional<at::DimnameList>() : Optional<at::DimnameList>(list));
    });
}
