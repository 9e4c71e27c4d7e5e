// What a tensor is: shape, type, device, memory; copies of it and its end.
#include "abi.h"

#include <c10/core/DeviceGuard.h>

using namespace ost;

OST_API void ost_delete(Handle x) { delete x; }

OST_API int64_t ost_ndim(Handle x) { return x->dim(); }
OST_API int64_t ost_numel(Handle x) { return x->numel(); }
OST_API int32_t ost_dtype(Handle x) { return static_cast<int32_t>(x->scalar_type()); }
OST_API int64_t ost_element_size(Handle x) { return static_cast<int64_t>(x->element_size()); }
OST_API int32_t ost_device_type(Handle x) { return type_of(x->device()); }
OST_API int32_t ost_device_index(Handle x) { return x->device().index(); }
OST_API bool ost_is_contiguous(Handle x) { return x->is_contiguous(); }

OST_API int64_t ost_storage_offset(Handle x) { return x->storage_offset(); }

/// Writes `ost_ndim` numbers.
OST_API void ost_shape(Handle x, int64_t* out) {
    for (int64_t size : x->sizes())
        *out++ = size;
}

/// Writes `ost_ndim` numbers, in elements.
OST_API void ost_strides(Handle x, int64_t* out) {
    for (int64_t stride : x->strides())
        *out++ = stride;
}

OST_API int32_t ost_size(Handle x, int64_t dim, int64_t* out) {
    return status([=] { *out = x->size(dim); });
}

/// The address of the first element, in the memory of the tensor's device.
OST_API int32_t ost_data(Handle x, void** out) {
    return status([=] { *out = x->data_ptr(); });
}

OST_API int32_t ost_item(Handle x, Scalar* out) {
    return status([=] {
        at::Scalar s = x->item();
        *out = s.isBoolean() ? Scalar{0, s.to<bool>(), 1}
             : s.isIntegral(false) ? Scalar{0, s.to<int64_t>(), 2}
                                   : Scalar{s.to<double>(), 0, 3};
    });
}

OST_API int32_t ost_equal(Handle x, Handle y, bool* out) {
    return status([=] { *out = at::equal(*x, *y); });
}

OST_API int32_t ost_allclose(Handle x, Handle y, double rtol, double atol, bool equal_nan, bool* out) {
    return status([=] { *out = at::allclose(*x, *y, rtol, atol, equal_nan); });
}

/// Type and device may each be "not given" (-1).
OST_API Handle ost_to(Handle x, int32_t type, int32_t device_type, int32_t index, bool copy, bool non_blocking) {
    return result([=] {
        at::Device target = device_type < 0 ? x->device() : device(device_type, index);
        c10::OptionalDeviceGuard guard(target);
        return x->to(target, type < 0 ? x->scalar_type() : static_cast<at::ScalarType>(type), non_blocking, copy);
    });
}

OST_API Handle ost_alias(Handle x) { return result([=] { return at::alias(*x); }); }
OST_API Handle ost_clone(Handle x) { return result([=] { return x->clone(); }); }
OST_API Handle ost_contiguous(Handle x) { return result([=] { return x->contiguous(); }); }
OST_API Handle ost_pin_memory(Handle x) { return result([=] { return x->pin_memory(); }); }

OST_API int32_t ost_copy_(Handle x, Handle source, bool non_blocking) {
    return status([=] { x->copy_(*source, non_blocking); });
}

OST_API int32_t ost_set_(Handle x, Handle source) {
    return status([=] { x->set_(*source); });
}

OST_API int32_t ost_fill_(Handle x, Scalar value) {
    return status([=] { x->fill_(number(value)); });
}
