// Products.
#include "abi.h"

using namespace ost;

#define OST_PRODUCT(name)                                                                                                  \
    OST_API Handle ost_##name(Handle x, Handle y) { return result([=] { return at::name(*x, *y); }); }

OST_PRODUCT(bmm)
OST_PRODUCT(dot)
OST_PRODUCT(matmul)
OST_PRODUCT(mm)
OST_PRODUCT(mv)
OST_PRODUCT(outer)

// beta * x + alpha * a @ b
#define OST_ADDED_PRODUCT(name)                                                                                            \
    OST_API Handle ost_##name(Handle x, Handle a, Handle b, double beta, double alpha) {                                   \
        return result([=] { return at::name(*x, *a, *b, beta, alpha); });                                                  \
    }                                                                                                                      \
    OST_API int32_t ost_##name##_(Handle x, Handle a, Handle b, double beta, double alpha) {                               \
        return status([=] { x->name##_(*a, *b, beta, alpha); });                                                           \
    }

OST_ADDED_PRODUCT(addmm)
OST_ADDED_PRODUCT(baddbmm)
