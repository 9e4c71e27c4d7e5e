#include "tensors.h"

#include <ATen/EmptyTensor.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_as_complex_native.h>
#include <ATen/ops/view_as_real_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/DeviceGuard.h>

#include "cards.h"
#include "host_tensors.h"
#include "memory.h"
#include "streams.h"

namespace testcard {
namespace {

const c10::DispatchKeySet card_key(c10::DispatchKey::PrivateUse1);

c10::Device asked_device(c10::optional<c10::Device> device, c10::optional<c10::Layout> layout, c10::optional<bool> pinned) {
    TORCH_CHECK(layout.value_or(c10::kStrided) == c10::kStrided, "test card: only strided tensors, not ", *layout);
    TORCH_CHECK(!pinned.value_or(false), "test card: memory of a card cannot be pinned");
    const c10::Device wanted = device.value_or(c10::Device(c10::DeviceType::PrivateUse1));
    return {wanted.type(), card_of(wanted)};
}

c10::ScalarType asked_type(c10::optional<c10::ScalarType> type) {
    return type.has_value() ? *type : c10::typeMetaToScalarType(c10::get_default_dtype());
}

at::Tensor empty(c10::IntArrayRef sizes, c10::optional<c10::ScalarType> type, c10::optional<c10::Layout> layout,
    c10::optional<c10::Device> device, c10::optional<bool> pinned, c10::optional<c10::MemoryFormat> format) {
    const c10::DeviceGuard guard(asked_device(device, layout, pinned));
    return at::detail::empty_generic(sizes, card_allocator(), card_key, asked_type(type), format);
}

at::Tensor empty_strided(c10::IntArrayRef sizes, c10::IntArrayRef strides, c10::optional<c10::ScalarType> type,
    c10::optional<c10::Layout> layout, c10::optional<c10::Device> device, c10::optional<bool> pinned) {
    const c10::DeviceGuard guard(asked_device(device, layout, pinned));
    return at::detail::empty_strided_generic(sizes, strides, card_allocator(), card_key, asked_type(type));
}

// torch comes here when source or destination is a card's; the other may be the host's or another card's.
at::Tensor copy_from(const at::Tensor& source, const at::Tensor& destination, bool) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const c10::DeviceIndex card = (destination.is_cpu() ? source : destination).device().index();
    launch(card, "copy");
    if (current_stream(card) != 0) {
        copy_later(card, source, destination);
        return destination;
    }
    HostTensors host;
    at::Tensor written = destination.is_cpu() ? destination : host.of(destination);
    written.copy_(source.is_cpu() ? source : host.of(source));
    return destination;
}

at::Tensor copy_from_and_resize(const at::Tensor& source, const at::Tensor& destination) {
    destination.resize_(source.sizes());
    return copy_from(source, destination, false);
}

// As the host's own, save that memory is never made larger here: the storage must hold the view already.
at::Tensor& set_storage(at::Tensor& self, at::Storage source, int64_t offset, c10::IntArrayRef sizes, c10::IntArrayRef strides) {
    at::native::checkSetStorage(self, source, offset, sizes, strides);
    c10::TensorImpl* tensor = self.unsafeGetTensorImpl();
    if (strides.empty() && !sizes.empty())
        tensor->set_sizes_contiguous(sizes);
    else
        tensor->set_sizes_and_strides(sizes, strides);
    tensor->set_storage_offset(offset);
    const std::size_t needed = at::detail::computeStorageNbytes(self.sizes(), self.strides(), self.dtype().itemsize(), offset);
    TORCH_CHECK(needed <= source.nbytes(), "test card: set_ needs ", needed, " bytes of a storage of ", source.nbytes());
    return self;
}

at::Tensor& set_whole_storage(at::Tensor& self, at::Storage source) { return at::native::set_(self, std::move(source)); }

} // namespace

at::Tensor empty_like_on_card(const at::Tensor& model, c10::Device device) {
    return empty_strided(model.sizes(), model.strides(), model.scalar_type(), {}, device, {});
}

void register_tensors(torch::Library& aten) {
    aten.impl("empty.memory_format", TORCH_FN(empty));
    aten.impl("empty_strided", TORCH_FN(empty_strided));
    aten.impl("_copy_from", TORCH_FN(copy_from));
    aten.impl("_copy_from_and_resize", TORCH_FN(copy_from_and_resize));
    aten.impl("as_strided", TORCH_FN(at::native::as_strided_tensorimpl));
    aten.impl("view", TORCH_FN(at::native::view));
    aten.impl("_reshape_alias", TORCH_FN(at::native::_reshape_alias));
    aten.impl("unfold", TORCH_FN(at::native::unfold));
    aten.impl("view_as_real", TORCH_FN(at::native::view_as_real));
    aten.impl("view_as_complex", TORCH_FN(at::native::view_as_complex));
    aten.impl("set_.source_Storage_storage_offset", TORCH_FN(set_storage));
    aten.impl("set_.source_Storage", TORCH_FN(set_whole_storage));
    aten.impl("set_.source_Tensor", TORCH_FN(at::native::set_tensor_));
}

} // namespace testcard
