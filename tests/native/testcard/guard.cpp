// Tells torch how many cards there are and which one is current. Cards here are synchronous: one stream, always done.

#include <c10/core/impl/DeviceGuardImplInterface.h>

#include "cards.h"

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

    c10::Stream getStream(c10::Device device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, device); }

    c10::Stream getDefaultStream(c10::Device device) const override { return getStream(device); }

    c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return getStream(stream.device()); }

    c10::DeviceIndex deviceCount() const noexcept override { return card_count(); }

    bool queryStream(const c10::Stream&) const override { return true; }

    void synchronizeStream(const c10::Stream&) const override {}
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

} // namespace
} // namespace testcard
