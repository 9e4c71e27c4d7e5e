// Products, and the functions of torch.nn.functional that are more than one element at a time.
#include "abi.h"

using namespace ost;

EXPORT_API(Tensor) THSTensor_mm(Tensor x, Tensor y) { return result([=] { return x->mm(*y); }); }
EXPORT_API(Tensor) THSTensor_baddbmm(Tensor x, Tensor y, Tensor sum, float beta, float alpha) {
  return result([=] { return sum->baddbmm(*x, *y, beta, alpha); });
}
EXPORT_API(Tensor) THSTensor_bmm(Tensor x, Tensor y) { return result([=] { return x->bmm(*y); }); }
EXPORT_API(Tensor) THSTensor_matmul(Tensor x, Tensor y) { return result([=] { return x->matmul(*y); }); }
EXPORT_API(Tensor) THSTensor_outer(Tensor x, Tensor y) { return result([=] { return x->outer(*y); }); }

EXPORT_API(Tensor) THSNN_functional_linear(Tensor x, Tensor weight, Tensor bias) {
    return result([=] { return at::linear(*x, *weight, optional(bias)); });
}

#define CONVOLUTION(name)                                                                                                          \
    EXPORT_API(Tensor) THSTensor_##name(Tensor x, Tensor weight, Tensor bias, const int64_t* stride, int32_t strides,             \
                                        const int64_t* padding, int32_t paddings, const int64_t* dilation, int32_t dilations,      \
                                        int64_t groups) {                                                                          \
        return result([=] {                                                                                                        \
            return at::name(*x, *weight, optional(bias), ints(stride, strides), ints(padding, paddings),                           \
                            ints(dilation, dilations), groups);                                                                    \
        });                                                                                                                        \
    }

CONVOLUTION(conv1d)
CONVOLUTION(conv2d)
CONVOLUTION(conv3d)

EXPORT_API(Tensor) THSNN_layer_norm(Tensor x, const int64_t* shape, int64_t n, Tensor weight, Tensor bias, double eps) {
    return result([=] { return at::layer_norm(*x, ints(shape, n), optional(weight), optional(bias), eps); });
}

EXPORT_API(Tensor) THSNN_group_norm(Tensor x, int64_t groups, Tensor weight, Tensor bias, double eps) {
    return result([=] { return at::group_norm(*x, groups, optional(weight), optional(bias), eps); });
}

EXPORT_API(Tensor) THSSpecial_softmax(Tensor x, int64_t dim, int8_t scalar_type) {
    return result([=] { return at::softmax(*x, dim, type(scalar_type)); });
}

/// softmax(q @ k^T / sqrt(d) + mask) @ v over the last two dimensions; a bool mask says where to look.
EXPORT_API(Tensor) THSNN_scaled_dot_product_attention(Tensor q, Tensor k, Tensor v, Tensor mask, double dropout, bool causal) {
    return result([=] {
#if TORCH_VERSION_MAJOR >= 2
        return at::scaled_dot_product_attention(*q, *k, *v, optional(mask), dropout, causal);
#else
        return std::get<0>(at::_scaled_dot_product_attention(*q, *k, *v, optional(mask), dropout, false, causal));
#endif
    });
}

EXPORT_API(Tensor) THSNN_pad(Tensor x, const int64_t* pad, int32_t n, int8_t mode, double value) {
    return result([=] {
        static const char* const modes[] = {"constant", "reflect", "replicate", "circular", "constant"};
        TORCH_CHECK(mode >= 0 && mode <= 4, "pad: mode ", int{mode}, " is not known");
        bool constant = mode % 4 == 0;
        return at::pad(*x, ints(pad, n), modes[mode], constant ? Optional<double>(value) : Optional<double>());
    });
}

/// Resizes the last dimensions to `size`, or by `scale` when there is none. The modes are TorchSharp's: 0 nearest, 1, 2 and 4 linear in one,
/// two and three dimensions, 3 bicubic.
EXPORT_API(Tensor) THSNN_interpolate(Tensor x, const int64_t* size, int32_t n, const double* scale, int32_t m, int8_t mode, int8_t align,
                                     bool recompute, bool antialias) {
    return result([=] {
        TORCH_CHECK(!recompute && !antialias, "interpolate: recompute_scale_factor and antialias are not of this binding");
        at::OptionalIntArrayRef to = n > 0 ? at::OptionalIntArrayRef(ints(size, n)) : at::OptionalIntArrayRef();
        Optional<at::ArrayRef<double>> by;
        if (n == 0)
            by = at::ArrayRef<double>(scale, static_cast<size_t>(m));
        bool corners = align == 1;
        int64_t spatial = x->dim() - 2;
        if (mode == 0)
            return spatial == 1 ? at::upsample_nearest1d(*x, to, by)
                 : spatial == 2 ? at::upsample_nearest2d(*x, to, by)
                                : at::upsample_nearest3d(*x, to, by);
        if (mode == 1 && spatial == 1)
            return at::upsample_linear1d(*x, to, corners, by);
        if (mode == 2 && spatial == 2)
            return at::upsample_bilinear2d(*x, to, corners, by);
        if (mode == 4 && spatial == 3)
            return at::upsample_trilinear3d(*x, to, corners, by);
        TORCH_CHECK(mode == 3 && spatial == 2, "interpolate: mode ", int{mode}, " for ", spatial, " dimensions");
        return at::upsample_bicubic2d(*x, to, corners, by);
    });
}
