#pragma once

#include <ATen/core/Tensor.h>
#include <torch/library.h>

namespace testcard {

/// An unwritten tensor of exactly these sizes and strides on `device`.
at::Tensor empty_like_on_card(const at::Tensor& model, c10::Device device);

/// What an operator cannot do for a card by itself: allocating, views of card memory, and copies between card and host.
void register_tensors(torch::Library& aten);

} // namespace testcard
