// Devices, and vendor libraries that bring one.
#include "abi.h"

#include <ATen/Version.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>

namespace ost {

at::Device device(int32_t type, int32_t index) {
    at::DeviceType kind = type == private_use ? at::DeviceType::PrivateUse1 : static_cast<at::DeviceType>(type);
    return at::Device(kind, static_cast<c10::DeviceIndex>(index));
}

int32_t type_of(at::Device device) {
    return device.type() == at::DeviceType::PrivateUse1 ? private_use : static_cast<int32_t>(device.type());
}

} // namespace ost

using namespace ost;

namespace {

/// Makes the functions of the library that has this one visible to libraries that are loaded later.
void make_global(void* function) {
    Dl_info library;
    if (dladdr(function, &library) != 0)
        dlopen(library.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

} // namespace

/// Whether someone has registered this kind of device. A second registration would end the process: ask before loading.
OST_API bool ost_device_is_registered(int32_t type) { return c10::impl::hasDeviceGuardImpl(device(type, -1).type()); }

/// How many devices of a registered kind there are.
OST_API int32_t ost_device_count(int32_t type, int32_t* out) {
    return status([=] { *out = c10::impl::getDeviceGuardImpl(device(type, -1).type())->deviceCount(); });
}

/// Waits until the device has done all that was asked of it.
OST_API int32_t ost_device_synchronize(int32_t type, int32_t index) {
    return status([=] {
        at::Device d = device(type, index);
        const c10::impl::DeviceGuardImplInterface* guard = c10::impl::getDeviceGuardImpl(d.type());
        at::Device before = guard->exchangeDevice(d);
        try {
            guard->getStream(d).synchronize();
        } catch (...) {
            guard->uncheckedSetDevice(before);
            throw;
        }
        guard->uncheckedSetDevice(before);
    });
}

/// Loads a vendor library for good. It may count on finding torch's functions without naming torch as a dependency, so
/// torch is made visible to all first. Null when it cannot be loaded: `ost_error_message` then says why.
OST_API void* ost_load_vendor_library(const char* path) {
    void* handle = nullptr;
    status([&] {
        make_global(reinterpret_cast<void*>(&c10::DeviceTypeName));
        make_global(reinterpret_cast<void*>(&at::show_config));
        handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (handle == nullptr)
            throw std::runtime_error(dlerror());
    });
    return handle;
}
