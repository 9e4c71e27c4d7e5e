// New tensors: filled, counted, or over memory that belongs to someone else.
#include "abi.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/DeviceGuard.h>

using namespace ost;

namespace {

at::TensorOptions options(int32_t type, int32_t device_type, int32_t index) {
    at::TensorOptions o = at::TensorOptions().device(device(device_type, index));
    return type < 0 ? o : o.dtype(static_cast<at::ScalarType>(type));
}

} // namespace

// Backends outside of torch may allocate on the thread's current device, so it is made the wanted one first.
#define OST_FILL(name)                                                                                                     \
    OST_API Handle ost_##name(const int64_t* size, int32_t n, int32_t type, int32_t device_type, int32_t index) {          \
        return result([=] {                                                                                                \
            at::TensorOptions o = options(type, device_type, index);                                                       \
            c10::OptionalDeviceGuard guard(o.device());                                                                    \
            return at::name(ints(size, n), o);                                                                             \
        });                                                                                                                \
    }

OST_FILL(empty)
OST_FILL(zeros)
OST_FILL(ones)

OST_API Handle ost_full(const int64_t* size, int32_t n, Scalar value, int32_t type, int32_t device_type, int32_t index) {
    return result([=] {
        at::TensorOptions o = options(type, device_type, index);
        c10::OptionalDeviceGuard guard(o.device());
        return at::full(ints(size, n), number(value), o);
    });
}

OST_API Handle ost_arange(Scalar start, Scalar stop, Scalar step, int32_t type, int32_t device_type, int32_t index) {
    return result([=] {
        at::TensorOptions o = options(type, device_type, index);
        c10::OptionalDeviceGuard guard(o.device());
        return at::arange(number(start), number(stop), number(step), o);
    });
}

OST_API Handle ost_linspace(double start, double stop, int64_t steps, int32_t type, int32_t device_type, int32_t index) {
    return result([=] {
        at::TensorOptions o = options(type, device_type, index);
        c10::OptionalDeviceGuard guard(o.device());
        return at::linspace(start, stop, steps, o);
    });
}

/// A tensor over the caller's memory. `released(state)` is called once, on any thread: when the last view of the memory is
/// gone, or before this returns if it fails.
OST_API Handle ost_from_memory(void* data, const int64_t* size, int32_t n, int32_t type, void (*released)(void*), void* state) {
    std::shared_ptr<void> owner(state, released);
    return result([&] {
        at::TensorOptions o = at::TensorOptions().dtype(static_cast<at::ScalarType>(type));
        return at::from_blob(data, ints(size, n), [owner](void*) mutable { owner.reset(); }, o);
    });
}
