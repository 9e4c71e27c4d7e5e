#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/Stream.h>

namespace testcard {

/// The calling thread's current stream of a card. 0 at first: its work is done when a call returns. Side streams copy between
/// the card and the host, each on a thread of its own, later than asked for: after TESTCARD_COPY_MS milliseconds, and not
/// while testcard_hold_copies holds them.
c10::StreamId current_stream(c10::DeviceIndex card) noexcept;

/// Makes a stream the calling thread's current one of a card; returns the one before.
c10::StreamId exchange_stream(c10::DeviceIndex card, c10::StreamId stream) noexcept;

/// A side stream, for any card. Throws c10::Error with TESTCARD_STREAMS=0, as a vendor's library does that has one stream only.
c10::StreamId new_stream();

/// Copies on the current side stream. Throws c10::Error unless both are dense and alike. Neither tensor is held: when the memory
/// of one is gone by the time, the card is broken for good and says so.
void copy_later(c10::DeviceIndex card, const at::Tensor& source, const at::Tensor& destination);

/// Throws c10::Error when the card is broken, see copy_later.
void throw_if_broken();

/// An event marks a place in a stream. `record` makes it, or moves it, and returns it.
void* record(void* event, c10::StreamId stream);
void wait_on(c10::StreamId stream, void* event);
bool is_done(void* event);
void forget(void* event) noexcept;

bool is_idle(c10::StreamId stream);
void drain(c10::StreamId stream);

} // namespace testcard
