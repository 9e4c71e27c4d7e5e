// Tells torch how many cards there are, which one is current, and about their streams.

#include <c10/core/impl/DeviceGuardImplInterface.h>

#include "cards.h"
#include "streams.h"

namespace testcard {
namespace {

struct Guard final : c10::impl::DeviceGuardImplInterface {
    c10::DeviceType type() const override { return c10::DeviceType::PrivateUse1; }

    c10::Device exchangeDevice(c10::Device device) const override {
        const c10::Device before = getDevice();
        setDevice(device);
        return before;
    }

    c10::Device getDevice() const override { return {type(), current_card()}; }

    void setDevice(c10::Device device) const override { set_current_card(card_of(device)); }

    void uncheckedSetDevice(c10::Device device) const noexcept override { set_current_card(card_of(device)); }

    c10::Stream getStream(c10::Device device) const noexcept override { return stream(device, current_stream(index_of(device))); }

    c10::Stream getDefaultStream(c10::Device device) const override { return stream(device, 0); }

    c10::Stream getStreamFromGlobalPool(c10::Device device, bool) const override { return stream(device, new_stream()); }

    c10::Stream exchangeStream(c10::Stream next) const noexcept override {
        return stream(next.device(), exchange_stream(next.device_index(), next.id()));
    }

    void record(void** event, const c10::Stream& on, const c10::DeviceIndex, const c10::EventFlag) const override {
        *event = testcard::record(*event, on.id());
    }

    void block(void* event, const c10::Stream& waiting) const override { wait_on(waiting.id(), event); }

    bool queryEvent(void* event) const override { return event == nullptr || is_done(event); }

    void destroyEvent(void* event, const c10::DeviceIndex) const noexcept override { forget(event); }

    c10::DeviceIndex deviceCount() const noexcept override { return card_count(); }

    bool queryStream(const c10::Stream& asked) const override { return is_idle(asked.id()); }

    void synchronizeStream(const c10::Stream& asked) const override { drain(asked.id()); }

private:
    static c10::DeviceIndex index_of(c10::Device device) noexcept { return device.has_index() ? device.index() : current_card(); }

    static c10::Stream stream(c10::Device device, c10::StreamId id) noexcept {
        return c10::Stream(c10::Stream::UNSAFE, {device.type(), index_of(device)}, id);
    }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

} // namespace
} // namespace testcard
