// Random numbers. Generators are torch's, so a seed means the same numbers as in Python.
#include "abi.h"

#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/DeviceGuard.h>

using namespace ost;

namespace {

Optional<at::Generator> optional_generator(at::Generator* g) {
    return g == nullptr ? Optional<at::Generator>() : Optional<at::Generator>(*g);
}

} // namespace

#define OST_DRAW(name)                                                                                                     \
    OST_API Handle ost_##name(const int64_t* size, int32_t n, at::Generator* generator, int32_t type, int32_t device_type, \
                              int32_t index) {                                                                             \
        return result([=] {                                                                                                \
            at::Device d = device(device_type, index);                                                                     \
            c10::OptionalDeviceGuard guard(d);                                                                             \
            at::TensorOptions o = at::TensorOptions().device(d);                                                           \
            return at::name(ints(size, n), optional_generator(generator),                                                  \
                            type < 0 ? o : o.dtype(static_cast<at::ScalarType>(type)));                                    \
        });                                                                                                                \
    }

OST_DRAW(rand)
OST_DRAW(randn)

OST_API Handle ost_randint(int64_t low, int64_t high, const int64_t* size, int32_t n, at::Generator* generator, int32_t type) {
    return result([=] {
        return at::randint(low, high, ints(size, n), optional_generator(generator), static_cast<at::ScalarType>(type));
    });
}

/// Draws the values of a tensor anew: mean 0, standard deviation 1.
OST_API int32_t ost_normal_(Handle x, double mean, double deviation, at::Generator* generator) {
    return status([=] { x->normal_(mean, deviation, optional_generator(generator)); });
}

/// Seeds the default generators of all devices.
OST_API int32_t ost_manual_seed(uint64_t seed) {
    return status([=] { at::manual_seed(seed); });
}

/// A new generator for the CPU.
OST_API at::Generator* ost_generator_new(uint64_t seed) {
    at::Generator* made = nullptr;
    status([&] { made = new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed)); });
    return made;
}

/// The CPU's default generator, shared with torch.
OST_API at::Generator* ost_generator_default() {
    at::Generator* made = nullptr;
    status([&] { made = new at::Generator(at::detail::getDefaultCPUGenerator()); });
    return made;
}

OST_API int32_t ost_generator_seed(at::Generator* generator, uint64_t seed) {
    return status([=] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_current_seed(seed);
    });
}

OST_API uint64_t ost_generator_initial_seed(at::Generator* generator) { return generator->current_seed(); }

OST_API Handle ost_generator_state(at::Generator* generator) {
    return result([=] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        return generator->get_state();
    });
}

OST_API int32_t ost_generator_set_state(at::Generator* generator, Handle state) {
    return status([=] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_state(*state);
    });
}

OST_API void ost_generator_delete(at::Generator* generator) { delete generator; }
