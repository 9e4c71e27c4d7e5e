#include "host_tensors.h"

#include <cstring>

#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/DeviceGuard.h>

#include "memory.h"
#include "tensors.h"

namespace testcard {

at::Tensor HostTensors::of(const at::Tensor& card) {
    for (const auto& [known, host] : tensors_)
        if (known.is_same(card))
            return host;
    at::Tensor host = at::detail::make_tensor<c10::TensorImpl>(
        storage_of(card.storage()), c10::DispatchKeySet(c10::DispatchKey::CPU), card.dtype());
    c10::TensorImpl* tensor = host.unsafeGetTensorImpl();
    tensor->set_sizes_and_strides(card.sizes(), card.strides());
    tensor->set_storage_offset(card.storage_offset());
    // Says that a number came from a scalar and has no say in the type of a result.
    if (card.unsafeGetTensorImpl()->is_wrapped_number())
        tensor->set_wrapped_number(true);
    if (card.is_conj())
        host._set_conj(true);
    if (card.is_neg())
        host._set_neg(true);
    tensors_.emplace_back(card, host);
    return host;
}

// One per card storage: kernels find out by it whether two arguments overlap.
c10::Storage HostTensors::storage_of(const c10::Storage& card) {
    for (const auto& [known, host] : storages_)
        if (known.is_alias_of(card))
            return host;
    c10::DataPtr borrowed(host_address(card.data_ptr()), c10::Device(c10::kCPU));
    const c10::Storage host(c10::Storage::use_byte_size_t(), card.nbytes(), std::move(borrowed), c10::GetCPUAllocator(), /*resizable=*/true);
    storages_.emplace_back(card, host);
    return host;
}

void HostTensors::take_resizes_back() {
    for (auto& [card, host] : storages_) {
        if (host.data() == host_address(card.data_ptr()))
            continue;
        const c10::DeviceGuard guard(card.device());
        c10::DataPtr larger = card_allocator()->allocate(host.nbytes());
        std::memcpy(host_address(larger), host.data(), host.nbytes());
        card.set_data_ptr_noswap(std::move(larger));
        card.set_nbytes(host.nbytes());
    }
    for (auto& [card, host] : tensors_)
        if (card.sizes() != host.sizes() || card.strides() != host.strides())
            card.unsafeGetTensorImpl()->set_sizes_and_strides(host.sizes(), host.strides());
}

at::Tensor to_card(const at::Tensor& host, c10::Device device) {
    TORCH_CHECK(host.is_cpu() && host.layout() == c10::kStrided,
        "test card: a kernel returned a tensor that a card cannot hold (", host.toString(), ")");
    const at::Tensor plain = host.resolve_conj().resolve_neg();
    at::Tensor card = empty_like_on_card(plain, device);
    const std::size_t bytes = at::detail::computeStorageNbytes(plain.sizes(), plain.strides(), plain.dtype().itemsize());
    if (bytes > 0)
        std::memcpy(host_address(card.storage().data_ptr()), plain.data_ptr(), bytes);
    if (plain.unsafeGetTensorImpl()->is_wrapped_number())
        card.unsafeGetTensorImpl()->set_wrapped_number(true);
    return card;
}

} // namespace testcard
