// TorchSharp's C interface over the torch that this is built against: handles in, handles out, no logic. A handle is an object on the heap
// that the managed side owns. A call that fails gives null, 0 or false, and leaves its message in the thread (errors.cpp).
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#define EXPORT_API(type) extern "C" __attribute__((visibility("default"))) type

namespace ost {

using Tensor = at::Tensor*;
using Scalar = at::Scalar*;
using Generator = at::Generator*;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
template <class T> using Optional = std::optional<T>;
#else
template <class T> using Optional = c10::optional<T>;
#endif

/// Room that the managed side makes for several results.
template <class T> using Allocator = T* (*)(size_t length);

template <class T> Optional<T> optional(const T* value) {
    return value == nullptr ? Optional<T>() : Optional<T>(*value);
}

template <class N> at::IntArrayRef ints(const int64_t* values, N count) {
    return {values, static_cast<size_t>(count)};
}

inline at::ScalarType type(int8_t number) { return static_cast<at::ScalarType>(number); }

/// The managed side numbers devices as newer torches do, whose PrivateUse1 is 20; it is 19 in older ones.
constexpr int32_t private_use = 20;
at::Device device(int32_t type, int32_t index);
int32_t type_of(at::Device device);

inline at::TensorOptions options(int8_t scalar_type, int32_t device_type, int32_t index) {
    return at::TensorOptions().dtype(type(scalar_type)).device(device(device_type, index));
}

void forget_error() noexcept;

/// Keeps the message of the exception that is being handled for this thread.
void record_error() noexcept;

/// Runs a call that gives a value.
template <class T, class F> T value(T otherwise, F&& call) noexcept {
    forget_error();
    try {
        return call();
    } catch (...) {
        record_error();
        return otherwise;
    }
}

/// Runs a call that gives nothing.
template <class F> void run(F&& call) noexcept {
    value(0, [&] { call(); return 0; });
}

/// Runs a call that gives a tensor.
template <class F> Tensor result(F&& call) noexcept {
    return value<Tensor>(nullptr, [&]() -> Tensor {
        at::Tensor tensor = call();
        return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr;
    });
}

/// Runs a call that gives several tensors.
template <class F> void results(Allocator<Tensor> allocate, F&& call) noexcept {
    run([&] {
        std::vector<at::Tensor> list = call();
        Tensor* room = allocate(list.size());
        for (size_t i = 0; i < list.size(); i++)
            room[i] = new at::Tensor(std::move(list[i]));
    });
}

} // namespace ost
