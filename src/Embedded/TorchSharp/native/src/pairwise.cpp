// Functions of two tensors, or of a tensor and a number, element by element.
#include "abi.h"

using namespace ost;

#define OST_BINARY(name)                                                                                                   \
    OST_API Handle ost_##name(Handle x, Handle y) { return result([=] { return x->name(*y); }); }

#define OST_BINARY_SCALAR(name)                                                                                            \
    OST_BINARY(name)                                                                                                       \
    OST_API Handle ost_##name##_scalar(Handle x, Scalar y) { return result([=] { return x->name(number(y)); }); }

#define OST_BINARY_IN_PLACE(name)                                                                                          \
    OST_BINARY_SCALAR(name)                                                                                                \
    OST_API int32_t ost_##name##_(Handle x, Handle y) { return status([=] { x->name##_(*y); }); }                          \
    OST_API int32_t ost_##name##_scalar_(Handle x, Scalar y) { return status([=] { x->name##_(number(y)); }); }

OST_BINARY_IN_PLACE(eq)
OST_BINARY_IN_PLACE(ge)
OST_BINARY_IN_PLACE(gt)
OST_BINARY_IN_PLACE(le)
OST_BINARY_IN_PLACE(lt)
OST_BINARY_IN_PLACE(mul)
OST_BINARY_IN_PLACE(ne)
OST_BINARY_IN_PLACE(pow)
OST_BINARY_IN_PLACE(remainder)
OST_BINARY(bitwise_and)
OST_BINARY(bitwise_or)
OST_BINARY(bitwise_xor)
OST_BINARY(logical_and)
OST_BINARY(logical_or)
OST_BINARY(maximum)
OST_BINARY(minimum)

#define OST_SUM(name)                                                                                                      \
    OST_API Handle ost_##name(Handle x, Handle y, Scalar alpha) {                                                          \
        return result([=] { return x->name(*y, number(alpha)); });                                                         \
    }                                                                                                                      \
    OST_API Handle ost_##name##_scalar(Handle x, Scalar y, Scalar alpha) {                                                 \
        return result([=] { return x->name(number(y), number(alpha)); });                                                  \
    }                                                                                                                      \
    OST_API int32_t ost_##name##_(Handle x, Handle y, Scalar alpha) {                                                      \
        return status([=] { x->name##_(*y, number(alpha)); });                                                             \
    }                                                                                                                      \
    OST_API int32_t ost_##name##_scalar_(Handle x, Scalar y, Scalar alpha) {                                               \
        return status([=] { x->name##_(number(y), number(alpha)); });                                                      \
    }

OST_SUM(add)
OST_SUM(sub)

namespace {

// true_divide and the two rounding modes are different functions of torch.
const char* const rounding_modes[] = {nullptr, "trunc", "floor"};

template <class Divisor> at::Tensor divide(const at::Tensor& x, const Divisor& y, int32_t mode) {
    return mode == 0 ? x.div(y) : x.div(y, rounding_modes[mode]);
}

template <class Divisor> void divide_(at::Tensor& x, const Divisor& y, int32_t mode) {
    mode == 0 ? x.div_(y) : x.div_(y, rounding_modes[mode]);
}

} // namespace

OST_API Handle ost_div(Handle x, Handle y, int32_t mode) {
    return result([=] { return divide(*x, *y, mode); });
}

OST_API Handle ost_div_scalar(Handle x, Scalar y, int32_t mode) {
    return result([=] { return divide(*x, number(y), mode); });
}

OST_API int32_t ost_div_(Handle x, Handle y, int32_t mode) {
    return status([=] { divide_(*x, *y, mode); });
}

OST_API int32_t ost_div_scalar_(Handle x, Scalar y, int32_t mode) {
    return status([=] { divide_(*x, number(y), mode); });
}
