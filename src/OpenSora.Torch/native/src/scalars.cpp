// Numbers.
#include "abi.h"

using namespace ost;

#define NUMBER(name, type, to)                                                                                                     \
    EXPORT_API(Scalar) THSTorch_##name##_to_scalar(type number) {                                                                  \
        return value<Scalar>(nullptr, [=] { return new at::Scalar(number); });                                                     \
    }                                                                                                                              \
    EXPORT_API(type) THSTorch_scalar_to_##name(Scalar scalar) {                                                                    \
        return value<type>(0, [=] { return scalar->to(); });                                                                       \
    }

NUMBER(bool, bool, toBool)
NUMBER(int32, int32_t, toInt)
NUMBER(int64, int64_t, toLong)
NUMBER(float32, float, toFloat)
NUMBER(float64, double, toDouble)

EXPORT_API(int8_t) THSTorch_scalar_type(Scalar scalar) { return value<int8_t>(0, [=] { return static_cast<int8_t>(scalar->type()); }); }
EXPORT_API(void) THSTorch_dispose_scalar(Scalar scalar) { delete scalar; }
