// Tensors of nothing but a shape, and over memory of someone else.
#include "abi.h"

#include <ATen/CPUGeneratorImpl.h>

using namespace ost;

#define FILLED(name)                                                                                                               \
    EXPORT_API(Tensor) THSTensor_##name(const int64_t* sizes, int32_t n, int8_t scalar_type, int32_t device_type, int32_t index,  \
                                        bool requires_grad) {                                                                      \
        return result([=] {                                                                                                        \
            return at::name(ints(sizes, n), options(scalar_type, device_type, index)).set_requires_grad(requires_grad);            \
        });                                                                                                                        \
    }

FILLED(empty)
FILLED(ones)
FILLED(zeros)

#define FILLED_LIKE(name)                                                                                                          \
    EXPORT_API(Tensor) THSTensor_##name(Tensor x, int8_t scalar_type, int32_t device_type, int32_t index, bool requires_grad) {    \
        return result([=] {                                                                                                        \
            return at::name(*x, options(scalar_type, device_type, index)).set_requires_grad(requires_grad);                        \
        });                                                                                                                        \
    }

FILLED_LIKE(empty_like)
FILLED_LIKE(ones_like)
FILLED_LIKE(zeros_like)

EXPORT_API(Tensor) THSTensor_full(const int64_t* sizes, int32_t n, Scalar value, int8_t scalar_type, int32_t device_type, int32_t index, bool requires_grad) {
    return result([=] { return at::full(ints(sizes, n), *value, options(scalar_type, device_type, index)).set_requires_grad(requires_grad); });
}

EXPORT_API(Tensor) THSTensor_full_like(Tensor x, Scalar value, int8_t scalar_type, int32_t device_type, int32_t index, bool requires_grad) {
    return result([=] { return at::full_like(*x, *value, options(scalar_type, device_type, index)).set_requires_grad(requires_grad); });
}

EXPORT_API(Tensor) THSTensor_zeros_out(const int64_t* sizes, int32_t n, Tensor out) {
    return result([=] { return at::zeros_out(*out, ints(sizes, n)); });
}

EXPORT_API(Tensor) THSTensor_arange(Scalar start, Scalar end, Scalar step, int8_t scalar_type, int32_t device_type, int32_t index, bool requires_grad) {
    return result([=] { return at::arange(*start, *end, *step, options(scalar_type, device_type, index)).set_requires_grad(requires_grad); });
}

EXPORT_API(Tensor) THSTensor_newBoolScalar(bool number, int32_t device_type, int32_t index, bool requires_grad) {
    return result([=] {
        return at::scalar_tensor(number, at::TensorOptions().dtype(at::kBool)).to(device(device_type, index)).set_requires_grad(requires_grad);
    });
}

/// Over memory of someone else, which the deleter returns when the last view is gone.
EXPORT_API(Tensor) THSTensor_new(void* data, void (*deleter)(void*), const int64_t* sizes, int32_t n, int8_t scalar_type, int8_t dtype,
                                 int32_t device_type, int32_t index, bool requires_grad) {
    return result([=] {
        at::Tensor x = at::from_blob(data, ints(sizes, n), deleter, at::TensorOptions().dtype(type(scalar_type)));
        return x.to(device(device_type, index), type(dtype), false, false).set_requires_grad(requires_grad);
    });
}

EXPORT_API(Tensor) THSTensor_randn(Generator generator, const int64_t* sizes, int32_t n, int8_t scalar_type, int32_t device_type, int32_t index,
                                   bool requires_grad) {
    return result([=] {
        return at::randn(ints(sizes, n), optional(generator), options(scalar_type, device_type, index)).set_requires_grad(requires_grad);
    });
}

/// A processor's: numbers must not depend on the device.
EXPORT_API(Generator) THSGenerator_new(uint64_t seed, int64_t, int64_t) {
    return value<Generator>(nullptr, [=] { return new at::Generator(at::detail::createCPUGenerator(seed)); });
}

EXPORT_API(void) THSGenerator_dispose(Generator generator) { delete generator; }
EXPORT_API(Tensor) THSGenerator_get_rng_state(Generator generator) { return result([=] { return generator->get_state(); }); }
EXPORT_API(void) THSGenerator_set_rng_state(Generator generator, Tensor state) { run([=] { generator->set_state(*state); }); }
