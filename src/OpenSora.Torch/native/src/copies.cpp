// The same numbers in another type, on another device, or in another order of memory.
#include "abi.h"

#include <c10/core/DeviceGuard.h>

using namespace ost;

namespace {

at::Tensor to(const at::Tensor& x, at::Device target, at::ScalarType type, bool copy, bool non_blocking) {
    c10::OptionalDeviceGuard guard(target);
    return x.to(target, type, non_blocking, copy);
}

} // namespace

EXPORT_API(Tensor) THSTensor_to_device(Tensor x, int32_t device_type, int32_t index, bool copy, bool non_blocking) {
    return result([=] { return to(*x, device(device_type, index), x->scalar_type(), copy, non_blocking); });
}

EXPORT_API(Tensor) THSTensor_to_type(Tensor x, int8_t scalar_type, bool copy, bool non_blocking) {
    return result([=] { return x->to(type(scalar_type), non_blocking, copy); });
}

EXPORT_API(Tensor) THSTensor_to_type_and_device(Tensor x, int8_t scalar_type, int32_t device_type, int32_t index, bool copy, bool non_blocking) {
    return result([=] { return to(*x, device(device_type, index), type(scalar_type), copy, non_blocking); });
}

EXPORT_API(Tensor) THSTensor_alias(Tensor x) { return result([=] { return *x; }); }
EXPORT_API(Tensor) THSTensor_clone(Tensor x) { return result([=] { return x->clone(); }); }
EXPORT_API(Tensor) THSTensor_contiguous(Tensor x) { return result([=] { return x->contiguous(); }); }
EXPORT_API(Tensor) THSTensor_cpu(Tensor x) { return result([=] { return x->cpu(); }); }
EXPORT_API(Tensor) THSTensor_detach(Tensor x) { return result([=] { return x->detach(); }); }

EXPORT_API(void) THSTensor_copy_(Tensor x, Tensor source, bool non_blocking) { run([=] { x->copy_(*source, non_blocking); }); }
