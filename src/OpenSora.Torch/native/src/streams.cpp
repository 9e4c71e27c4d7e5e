// Copies between a device and the host that go on beside what the device computes: on streams of their own, one for each direction.
#include "abi.h"

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <map>
#include <memory>
#include <mutex>
#include <tuple>

using namespace ost;

namespace {

const c10::impl::DeviceGuardImplInterface* guard_of(at::Device d) { return c10::impl::getDeviceGuardImpl(d.type()); }

/// None of a device whose torch has one stream only.
Optional<c10::Stream> side_stream(at::Device d, bool to_host) {
    static std::mutex one;
    static std::map<std::tuple<int, int, bool>, Optional<c10::Stream>> known;
    const std::lock_guard<std::mutex> lock(one);
    const std::tuple<int, int, bool> key(static_cast<int>(d.type()), d.index(), to_host);
    auto found = known.find(key);
    if (found != known.end())
        return found->second;
    Optional<c10::Stream> side;
    if (!d.is_cpu()) {
        try {
            side = guard_of(d)->getStreamFromGlobalPool(d);
        } catch (const std::exception&) {
            // What a vendor's library says that has no pool of streams.
        }
        if (side.has_value() && *side == guard_of(d)->getDefaultStream(d))
            side.reset();
    }
    known.emplace(key, side);
    return side;
}

} // namespace

/// Whether copies of a device have streams of their own: 1, 0, or -1 when the device fails.
EXPORT_API(int32_t) OST_copies_overlap(int32_t type, int32_t index) {
    return value<int32_t>(-1, [=] { return side_stream(device(type, index), true).has_value() ? 1 : 0; });
}

/// Copies a dense tensor from the host to a device or back. Where the device has streams, the copy goes on when the call
/// returns, and `done` gets the event of its end, else null; a copy to the host begins after all that was asked of the
/// device's current stream. The source must stay until then.
EXPORT_API(Tensor) OST_copy_beside(Tensor source, int32_t type, int32_t index, c10::Event** done) {
    *done = nullptr;
    return result([=] {
        at::Device to = device(type, index), card = to.is_cpu() ? source->device() : to;
        at::TensorOptions there = source->options().device(to);
        Optional<c10::Stream> side = side_stream(card, to.is_cpu());
        if (!side.has_value())
            return source->to(there, /*non_blocking=*/false, /*copy=*/true);
        c10::Stream current = guard_of(card)->getStream(card);
        if (to.is_cpu()) {
            c10::Event ready(card.type());
            ready.record(current);
            ready.block(*side);
        }
        at::Tensor copy;
        {
            c10::StreamGuard on(*side);
            copy = source->to(there, /*non_blocking=*/true, /*copy=*/true);
        }
        // Its memory belongs to the side stream: it must not be taken for another copy while the current stream reads it.
        if (!to.is_cpu())
            guard_of(card)->recordDataPtrOnStream(copy.storage().data_ptr(), current);
        auto event = std::make_unique<c10::Event>(card.type());
        event->record(*side);
        *done = event.release();
        return copy;
    });
}

/// 1, 0, or -1 when the device fails.
EXPORT_API(int32_t) OST_event_is_done(c10::Event* event) {
    return value<int32_t>(-1, [=] { return event->query() ? 1 : 0; });
}

/// What is asked of the device's current stream from now on comes after the event.
EXPORT_API(bool) OST_event_block(c10::Event* event, int32_t type, int32_t index) {
    return value(false, [=] {
        at::Device d = device(type, index);
        event->block(guard_of(d)->getStream(d));
        return true;
    });
}

EXPORT_API(void) OST_event_delete(c10::Event* event) { delete event; }
