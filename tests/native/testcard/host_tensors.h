#pragma once

#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace testcard {

/// Host tensors that share the memory of card tensors: nothing is copied, so host kernels see the very sizes, strides, offsets and
/// overlaps that the card tensors have, and what they write in place is written on the card.
class HostTensors {
public:
    /// The host tensor over `card`'s memory; the same one each time it is asked for.
    at::Tensor of(const at::Tensor& card);

    /// Gives card tensors the sizes and memory that a kernel gave to their host tensors (`out=` arguments, `resize_`).
    void take_resizes_back();

private:
    c10::Storage storage_of(const c10::Storage& card);

    std::vector<std::pair<at::Tensor, at::Tensor>> tensors_; // card, host
    std::vector<std::pair<c10::Storage, c10::Storage>> storages_;
};

/// A copy of `host` on `device`, with the same sizes and strides.
at::Tensor to_card(const at::Tensor& host, c10::Device device);

} // namespace testcard
