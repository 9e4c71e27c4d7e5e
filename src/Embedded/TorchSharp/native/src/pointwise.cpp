// Functions of each element.
#include "abi.h"

using namespace ost;

#define OST_UNARY(name)                                                                                                    \
    OST_API Handle ost_##name(Handle x) { return result([=] { return at::name(*x); }); }

#define OST_UNARY_IN_PLACE(name)                                                                                           \
    OST_UNARY(name)                                                                                                        \
    OST_API int32_t ost_##name##_(Handle x) { return status([=] { at::name##_(*x); }); }

OST_UNARY_IN_PLACE(abs)
OST_UNARY_IN_PLACE(ceil)
OST_UNARY_IN_PLACE(cos)
OST_UNARY_IN_PLACE(erf)
OST_UNARY_IN_PLACE(exp)
OST_UNARY_IN_PLACE(floor)
OST_UNARY_IN_PLACE(log)
OST_UNARY_IN_PLACE(neg)
OST_UNARY_IN_PLACE(reciprocal)
OST_UNARY_IN_PLACE(relu)
OST_UNARY_IN_PLACE(rsqrt)
OST_UNARY_IN_PLACE(sigmoid)
OST_UNARY_IN_PLACE(silu)
OST_UNARY_IN_PLACE(sin)
OST_UNARY_IN_PLACE(sqrt)
OST_UNARY_IN_PLACE(tanh)
OST_UNARY_IN_PLACE(trunc)
OST_UNARY(bitwise_not)
OST_UNARY(isfinite)
OST_UNARY(isinf)
OST_UNARY(isnan)
OST_UNARY(logical_not)
OST_UNARY(sign)

OST_API int32_t ost_logical_not_(Handle x) {
    return status([=] { x->logical_not_(); });
}

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

OST_API Handle ost_round(Handle x, int64_t decimals) {
    return result([=] { return decimals == 0 ? x->round() : x->round(decimals); });
}

OST_API int32_t ost_round_(Handle x, int64_t decimals) {
    return status([=] { decimals == 0 ? x->round_() : x->round_(decimals); });
}

OST_API Handle ost_clamp(Handle x, Scalar low, Scalar high) {
    return result([=] { return x->clamp(optional_number(low), optional_number(high)); });
}

OST_API int32_t ost_clamp_(Handle x, Scalar low, Scalar high) {
    return status([=] { x->clamp_(optional_number(low), optional_number(high)); });
}

OST_API Handle ost_clamp_tensor(Handle x, Handle low, Handle high) {
    return result([=] { return x->clamp(optional_tensor(low), optional_tensor(high)); });
}

OST_API Handle ost_addcmul(Handle x, Handle a, Handle b, Scalar value) {
    return result([=] { return x->addcmul(*a, *b, number(value)); });
}

OST_API int32_t ost_addcmul_(Handle x, Handle a, Handle b, Scalar value) {
    return status([=] { x->addcmul_(*a, *b, number(value)); });
}

OST_API Handle ost_addcdiv(Handle x, Handle a, Handle b, Scalar value) {
    return result([=] { return x->addcdiv(*a, *b, number(value)); });
}

OST_API int32_t ost_addcdiv_(Handle x, Handle a, Handle b, Scalar value) {
    return status([=] { x->addcdiv_(*a, *b, number(value)); });
}

OST_API Handle ost_lerp(Handle x, Handle end, Handle weight) {
    return result([=] { return x->lerp(*end, *weight); });
}

OST_API Handle ost_gelu(Handle x, bool tanh_form) {
    return result([=] { return at::gelu(*x, tanh_form ? "tanh" : "none"); });
}
