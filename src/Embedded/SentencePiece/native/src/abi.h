// The C interface of libopensora_sentencepiece: handles in, results out through callbacks, errors as text. No logic.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <sentencepiece_processor.h>

#define OSP_API extern "C" __attribute__((visibility("default")))

namespace osp {

// Remembers why a call failed; false if it did.
bool keep(const sentencepiece::util::Status& status) noexcept;

void keep_current_exception() noexcept;

// Runs `body`, which returns a status. 0: done, -1: failed, see osp_error_message.
template <typename Body>
int guarded(Body&& body) noexcept {
    try {
        return keep(body()) ? 0 : -1;
    } catch (...) {
        keep_current_exception();
        return -1;
    }
}

} // namespace osp
