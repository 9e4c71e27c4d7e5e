// The functions of torch.nn.functional that are more than one element at a time.
#include "abi.h"

using namespace ost;

OST_API Handle ost_linear(Handle x, Handle weight, Handle bias) {
    return result([=] { return at::linear(*x, *weight, optional_tensor(bias)); });
}

OST_API Handle ost_softmax(Handle x, int64_t dim, int32_t type) {
    return result([=] { return at::softmax(*x, dim, optional_type(type)); });
}

OST_API Handle ost_layer_norm(Handle x, const int64_t* shape, int32_t n, Handle weight, Handle bias, double eps) {
    return result([=] { return at::layer_norm(*x, ints(shape, n), optional_tensor(weight), optional_tensor(bias), eps); });
}

OST_API Handle ost_group_norm(Handle x, int64_t groups, Handle weight, Handle bias, double eps) {
    return result([=] { return at::group_norm(*x, groups, optional_tensor(weight), optional_tensor(bias), eps); });
}

#define OST_CONVOLUTION(rank)                                                                                              \
    OST_API Handle ost_conv##rank##d(Handle x, Handle weight, Handle bias, const int64_t* stride, const int64_t* padding,  \
                                     const int64_t* dilation, int64_t groups) {                                            \
        return result([=] {                                                                                                \
            return at::conv##rank##d(*x, *weight, optional_tensor(bias), ints(stride, rank), ints(padding, rank),          \
                                     ints(dilation, rank), groups);                                                        \
        });                                                                                                                \
    }

OST_CONVOLUTION(1)
OST_CONVOLUTION(2)
OST_CONVOLUTION(3)

OST_API Handle ost_pad(Handle x, const int64_t* pad, int32_t n, const char* mode, double value) {
    return result([=] {
        bool constant = std::string(mode) == "constant";
        return at::pad(*x, ints(pad, n), mode, constant ? Optional<double>(value) : Optional<double>());
    });
}

/// Resizes the last `n` dimensions to `size`, or by the factors `scale` when n = 0. Modes as in torch; the number of
/// dimensions decides between linear, bilinear and trilinear.
OST_API Handle ost_interpolate(Handle x, const int64_t* size, int32_t n, const double* scale, int32_t m, const char* mode,
                               bool align_corners) {
    return result([=] {
        at::OptionalIntArrayRef to = n == 0 ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(ints(size, n));
        Optional<at::ArrayRef<double>> by;
        if (n == 0)
            by = at::ArrayRef<double>(scale, static_cast<size_t>(m));
        std::string kind(mode);
        
        int64_t spatial = x->dim() - 2;
        if (kind == "nearest")
            return spatial == 1 ? at::upsample_nearest1d(*x, to, by)
                 : spatial == 2 ? at::upsample_nearest2d(*x, to, by)
                                : at::upsample_nearest3d(*x, to, by);
        if (kind == "linear")
            return spatial == 1 ? at::upsample_linear1d(*x, to, align_corners, by)
                 : spatial == 2 ? at::upsample_bilinear2d(*x, to, align_corners, by)
                                : at::upsample_trilinear3d(*x, to, align_corners, by);
        TORCH_CHECK(kind == "bicubic" && spatial == 2, "interpolate: mode ", kind, " for ", spatial, " dimensions");
        return at::upsample_bicubic2d(*x, to, align_corners, by);
    });
}

OST_API Handle ost_one_hot(Handle x, int64_t classes) {
    return result([=] { return at::one_hot(*x, classes); });
}

OST_API Handle ost_mse_loss(Handle x, Handle target, int64_t reduction) {
    return result([=] { return at::mse_loss(*x, *target, reduction); });
}

OST_API Handle ost_l1_loss(Handle x, Handle target, int64_t reduction) {
    return result([=] { return at::l1_loss(*x, *target, reduction); });
}

/// softmax(q @ k^T / sqrt(d) + mask) @ v over the last two dimensions; a bool mask says where to look.
OST_API Handle ost_scaled_dot_product_attention(Handle q, Handle k, Handle v, Handle mask, double dropout, bool causal) {
    return result([=] {
#if TORCH_VERSION_MAJOR >= 2
        return at::scaled_dot_product_attention(*q, *k, *v, optional_tensor(mask), dropout, causal);
#else
        return std::get<0>(at::_scaled_dot_product_attention(*q, *k, *v, optional_tensor(mask), dropout, false, causal));
#endif
    });
}
