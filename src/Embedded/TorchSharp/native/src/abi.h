// The C interface: handles in, handles out, no logic. A handle is an at::Tensor on the heap that the caller owns.
// A call that fails returns a null handle or a status that is not 0, and leaves its message in the thread (errors.cpp).
// INT64_MIN and -1 stand for "not given" where torch has an optional dimension or type; a null handle for no tensor.
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#define OST_API extern "C" __attribute__((visibility("default")))

namespace ost {

using Handle = at::Tensor*;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
template <class T> using Optional = std::optional<T>;
#else
template <class T> using Optional = c10::optional<T>;
#endif

/// A number and what kind of number it is; passed by value.
struct Scalar {
    double real;
    int64_t integer;
    int32_t kind; // 0 none, 1 bool, 2 integer, 3 floating point
};

inline at::Scalar number(Scalar s) {
    return s.kind == 1 ? at::Scalar(s.integer != 0) : s.kind == 2 ? at::Scalar(s.integer) : at::Scalar(s.real);
}

inline Optional<at::Scalar> optional_number(Scalar s) {
    return s.kind == 0 ? Optional<at::Scalar>() : Optional<at::Scalar>(number(s));
}

inline Optional<int64_t> optional_dim(int64_t dim) {
    return dim == INT64_MIN ? Optional<int64_t>() : Optional<int64_t>(dim);
}

inline Optional<at::ScalarType> optional_type(int32_t type) {
    return type < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(type));
}

inline Optional<at::Tensor> optional_tensor(Handle t) {
    return t == nullptr ? Optional<at::Tensor>() : Optional<at::Tensor>(*t);
}

inline at::IntArrayRef ints(const int64_t* values, int32_t count) {
    return {values, static_cast<size_t>(count)};
}

inline std::vector<at::Tensor> tensors(const Handle* handles, int32_t count) {
    std::vector<at::Tensor> list;
    list.reserve(count);
    for (int32_t i = 0; i < count; i++)
        list.push_back(*handles[i]);
    return list;
}

/// Device types as the managed side numbers them: PrivateUse1 is 20 there, and 19 or 20 in torch, depending on its version.
constexpr int32_t private_use = 20;
at::Device device(int32_t type, int32_t index);
int32_t type_of(at::Device device);

/// Keeps the message of the exception that is being handled for this thread.
void record_error() noexcept;

/// Runs a call that gives a tensor.
template <class F> Handle result(F&& call) noexcept {
    try {
        return new at::Tensor(call());
    } catch (...) {
        record_error();
        return nullptr;
    }
}

/// Runs a call that gives nothing: 0, or 1 when it failed.
template <class F> int32_t status(F&& call) noexcept {
    try {
        call();
        return 0;
    } catch (...) {
        record_error();
        return 1;
    }
}

/// Runs a call that gives several tensors, whose number the caller knows and has room for.
template <class F> int32_t results(Handle* out, F&& call) noexcept {
    return status([&] {
        std::vector<at::Tensor> list = call();
        for (size_t i = 0; i < list.size(); i++)
            out[i] = new at::Tensor(std::move(list[i]));
    });
}

} // namespace ost
