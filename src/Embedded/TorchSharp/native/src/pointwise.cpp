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
