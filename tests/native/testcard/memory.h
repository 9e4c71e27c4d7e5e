#pragma once

#include <c10/core/Allocator.h>

namespace testcard {

/// Memory of the current card: 64-byte aligned as torch's host memory is, since kernels may take other paths at other alignments.
c10::Allocator* card_allocator();

/// Where the host reaches memory of a card; null for empty memory. Throws c10::Error for memory that is not a card's.
void* host_address(const c10::DataPtr& memory);

} // namespace testcard
