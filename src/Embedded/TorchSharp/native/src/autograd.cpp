// Gradients, and doing without.
#include "abi.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

using namespace ost;

OST_API bool ost_requires_grad(Handle x) { return x->requires_grad(); }
OST_API bool ost_is_leaf(Handle x) { return x->is_leaf(); }

OST_API int32_t ost_set_requires_grad(Handle x, bool requires_grad) {
    return status([=] { x->requires_grad_(requires_grad); });
}

OST_API int32_t ost_backward(Handle x) {
    return status([=] { x->backward(); });
}

/// The gradient, or a null handle where there is none.
OST_API int32_t ost_grad(Handle x, Handle* out) {
    return status([=] {
        const at::Tensor& grad = x->grad();
        *out = grad.defined() ? new at::Tensor(grad) : nullptr;
    });
}

OST_API int32_t ost_set_grad(Handle x, Handle grad) {
    return status([=] { x->mutable_grad() = grad == nullptr ? at::Tensor() : *grad; });
}

OST_API Handle ost_detach(Handle x) {
    return result([=] { return x->detach(); });
}

OST_API int32_t ost_detach_(Handle x) {
    return status([=] { x->detach_(); });
}

OST_API bool ost_grad_mode() { return at::GradMode::is_enabled(); }
OST_API void ost_set_grad_mode(bool enabled) { at::GradMode::set_enabled(enabled); }

/// Inference mode of this thread, until the guard is deleted on the same thread.
OST_API c10::InferenceMode* ost_inference_mode_begin(bool enabled) { return new c10::InferenceMode(enabled); }
OST_API void ost_inference_mode_end(c10::InferenceMode* guard) { delete guard; }
OST_API bool ost_inference_mode() { return c10::InferenceMode::is_enabled(); }
