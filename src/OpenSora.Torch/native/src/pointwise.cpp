// Functions of each element, of one tensor or of two.
#include "abi.h"

using namespace ost;

#define UNARY(name)                                                                                                                \
    EXPORT_API(Tensor) THSTensor_##name(Tensor x) { return result([=] { return at::name(*x); }); }

#define UNARY_IN_PLACE(name)                                                                                                       \
    UNARY(name)                                                                                                                    \
    EXPORT_API(void) THSTensor_##name##_(Tensor x) { run([=] { at::name##_(*x); }); }

UNARY_IN_PLACE(abs)
UNARY_IN_PLACE(cos)
UNARY_IN_PLACE(exp)
UNARY_IN_PLACE(floor)
UNARY_IN_PLACE(log)
UNARY_IN_PLACE(neg)
UNARY_IN_PLACE(reciprocal)
UNARY_IN_PLACE(rsqrt)
UNARY_IN_PLACE(sigmoid)
UNARY_IN_PLACE(silu)
UNARY_IN_PLACE(sin)
UNARY_IN_PLACE(sqrt)
UNARY_IN_PLACE(tanh)

#define BINARY(name)                                                                                                               \
    EXPORT_API(Tensor) THSTensor_##name(Tensor x, Tensor y) { return result([=] { return x->name(*y); }); }                        \
    EXPORT_API(Tensor) THSTensor_##name##_scalar(Tensor x, Scalar y) { return result([=] { return x->name(*y); }); }               \
    EXPORT_API(void) THSTensor_##name##_(Tensor x, Tensor y) { run([=] { x->name##_(*y); }); }                                     \
    EXPORT_API(void) THSTensor_##name##_scalar_(Tensor x, Scalar y) { run([=] { x->name##_(*y); }); }

BINARY(eq)
BINARY(ge)
BINARY(gt)
BINARY(le)
BINARY(lt)
BINARY(mul)
BINARY(ne)
BINARY(pow)
BINARY(remainder)
BINARY(sub)

EXPORT_API(Tensor) THSTensor_add(Tensor x, Tensor y, Scalar alpha) { return result([=] { return x->add(*y, *alpha); }); }
EXPORT_API(Tensor) THSTensor_add_scalar(Tensor x, Scalar y, Scalar alpha) { return result([=] { return x->add(*y, *alpha); }); }
EXPORT_API(void) THSTensor_add_(Tensor x, Tensor y, Scalar alpha) { run([=] { x->add_(*y, *alpha); }); }
EXPORT_API(void) THSTensor_add_scalar_(Tensor x, Scalar y, Scalar alpha) { run([=] { x->add_(*y, *alpha); }); }

namespace {

// true_divide and the two rounding modes are different functions of torch.
template <class Divisor> at::Tensor divide(const at::Tensor& x, const Divisor& y, const char* mode) {
    return mode == nullptr ? x.div(y) : x.div(y, mode);
}

} // namespace

EXPORT_API(Tensor) THSTensor_div(Tensor x, Tensor y, const char* mode) { return result([=] { return divide(*x, *y, mode); }); }
EXPORT_API(Tensor) THSTensor_div_scalar(Tensor x, Scalar y, const char* mode) { return result([=] { return divide(*x, *y, mode); }); }

EXPORT_API(Tensor) THSTensor_max_elementwise(Tensor x, Tensor y) { return result([=] { return x->maximum(*y); }); }
EXPORT_API(Tensor) THSTensor_min_elementwise(Tensor x, Tensor y) { return result([=] { return x->minimum(*y); }); }

EXPORT_API(Tensor) THSTensor_clamp(Tensor x, Scalar low, Scalar high) {
    return result([=] { return x->clamp(optional(low), optional(high)); });
}

EXPORT_API(Tensor) THSTensor_addcmul(Tensor x, Tensor a, Tensor b, Scalar value) {
    return result([=] { return x->addcmul(*a, *b, *value); });
}
EXPORT_API(void) THSTensor_addcmul_(Tensor x, Tensor a, Tensor b, Scalar value) { run([=] { x->addcmul_(*a, *b, *value); }); }
EXPORT_API(void) THSTensor_addcdiv_(Tensor x, Tensor a, Tensor b, Scalar value) { run([=] { x->addcdiv_(*a, *b, *value); }); }

EXPORT_API(Tensor) THSTensor_where(Tensor condition, Tensor x, Tensor y) {
    return result([=] { return at::where(*condition, *x, *y); });
}

EXPORT_API(Tensor) THSTensor_gelu_with_approximate(Tensor x, const char* form) {
    return result([=] { return at::gelu(*x, form == nullptr ? "none" : form); });
}

EXPORT_API(Tensor) THSTensor_gelu_with_approximate_(Tensor x, const char* form) {
    return result([=] { return at::gelu_(*x, form == nullptr ? "none" : form); });
}
