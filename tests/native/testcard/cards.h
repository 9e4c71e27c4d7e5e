#pragma once

#include <cstddef>
#include <cstdint>

#include <c10/core/Device.h>

namespace testcard {

/// Number of cards in the machine: TESTCARD_COUNT, 0 to 64, default 2.
c10::DeviceIndex card_count();

/// The calling thread's current card; every thread begins with card 0.
c10::DeviceIndex current_card() noexcept;

/// Makes `card` the calling thread's current card. Throws c10::Error outside 0 … card_count() - 1.
void set_current_card(c10::DeviceIndex card);

/// The card of `device`, -1 standing for the current one. Throws c10::Error for other device types and cards that do not exist.
c10::DeviceIndex card_of(c10::Device device);

/// Counts one kernel of `card`; with TESTCARD_FAIL_AFTER=K every kernel of the process from number K + 1 on throws c10::Error.
void launch(c10::DeviceIndex card, const char* kernel);

/// Books `bytes` on `card`. Throws c10::OutOfMemoryError above TESTCARD_MEMORY_BYTES (default: no limit) and c10::Error on a failed card.
void book_memory(c10::DeviceIndex card, std::size_t bytes);
void return_memory(c10::DeviceIndex card, std::size_t bytes) noexcept;

/// The number in an environment variable. Throws c10::Error when it is none.
std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise);

/// TESTCARD_STRICT_MEMORY=1: the addresses that tensors show cannot be read or written, as on a card with memory of its own.
bool strict_memory();

} // namespace testcard
