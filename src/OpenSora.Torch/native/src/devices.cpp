// Devices.
#include "abi.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/cuda.h>

namespace ost {

at::Device device(int32_t type, int32_t index) {
    at::DeviceType kind = type == private_use ? at::DeviceType::PrivateUse1 : static_cast<at::DeviceType>(type);
    return at::Device(kind, static_cast<c10::DeviceIndex>(kind == at::kCPU ? -1 : index));
}

int32_t type_of(at::Device device) {
    return device.type() == at::DeviceType::PrivateUse1 ? private_use : static_cast<int32_t>(device.type());
}

} // namespace ost

using namespace ost;

EXPORT_API(bool) THSTorchCuda_is_available() { return value(false, [] { return torch::cuda::is_available(); }); }
EXPORT_API(int32_t) THSTorchCuda_device_count() { return value<int32_t>(0, [] { return static_cast<int32_t>(torch::cuda::device_count()); }); }
EXPORT_API(void) THSTorchCuda_synchronize(int64_t index) { run([=] { torch::cuda::synchronize(index); }); }

/// Whether someone has registered this kind of device. A second registration would end the process: ask before loading.
EXPORT_API(bool) OST_device_is_registered(int32_t type) {
    return value(false, [=] { return c10::impl::hasDeviceGuardImpl(device(type, -1).type()); });
}

/// How many devices of a registered kind there are; -1 when it cannot be told.
EXPORT_API(int32_t) OST_device_count(int32_t type) {
    return value<int32_t>(-1, [=] { return c10::impl::getDeviceGuardImpl(device(type, -1).type())->deviceCount(); });
}

/// Whether a vendor has registered an attention that keeps scores on the device. Torch asks for it since 2.5; elsewhere its attention holds
/// all scores at once.
EXPORT_API(bool) OST_device_has_fused_attention() {
    return value(false, [] {
        const auto operation = c10::Dispatcher::singleton().findSchema({"aten::_scaled_dot_product_fused_attention_overrideable", ""});
        return operation.has_value() && operation->hasKernelForDispatchKey(c10::DispatchKey::PrivateUse1);
    });
}
