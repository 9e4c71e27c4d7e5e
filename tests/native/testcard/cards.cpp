#include "cards.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>

#include <unistd.h>

#include <c10/util/Exception.h>

#include "streams.h"

namespace testcard {
namespace {

constexpr std::uint64_t max_cards = 64;
constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

struct Card {
    std::atomic<std::uint64_t> kernels{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> peak_bytes{0};
};

std::array<Card, max_cards> cards;
std::atomic<std::uint64_t> kernels_of_process{0};
thread_local c10::DeviceIndex current = 0;

// Read on first use and not while the library loads: an exception there would end the process without a word.
struct Settings {
    std::uint64_t count = number_from_environment("TESTCARD_COUNT", 2);
    std::uint64_t memory_bytes = number_from_environment("TESTCARD_MEMORY_BYTES", unlimited);
    std::uint64_t fail_after = number_from_environment("TESTCARD_FAIL_AFTER", unlimited);
    bool strict_memory = number_from_environment("TESTCARD_STRICT_MEMORY", 0) != 0;
};

const Settings& settings() {
    static const Settings read;
    return read;
}

void check_exists(c10::DeviceIndex card) {
    const int count = card_count();
    TORCH_CHECK(card >= 0 && card < count, "test card: there is no card ", int{card}, "; this machine has ", count, " (0 … ", count - 1, ")");
}

void throw_if_failed(std::uint64_t kernels, const char* what) {
    TORCH_CHECK(kernels <= settings().fail_after,
        "test card: device error in ", what, ": the card stopped after ", settings().fail_after, " kernels (TESTCARD_FAIL_AFTER)");
}

// One JSON line per process, so that a test of a whole program can see that its work did run on a card.
struct ReportAtExit {
    ~ReportAtExit() {
        const char* path = std::getenv("TESTCARD_REPORT");
        if (path == nullptr || *path == '\0')
            return;
        std::string line = "{\"process\":" + std::to_string(getpid()) + ",\"cards\":[";
        for (std::uint64_t i = 0; i < std::min(settings().count, max_cards); i++)
            line += std::string(i == 0 ? "" : ",") + "{\"kernels\":" + std::to_string(cards[i].kernels)
                + ",\"peakBytes\":" + std::to_string(cards[i].peak_bytes) + "}";
        std::ofstream(path, std::ios::app) << line + "]}\n";
    }
} report_at_exit;

} // namespace

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    if (text == nullptr || *text == '\0')
        return otherwise;
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(text, &end, 10);
    TORCH_CHECK(*text >= '0' && *text <= '9' && *end == '\0', "test card: ", name, "=", text, " is not a number");
    return number;
}

c10::DeviceIndex card_count() {
    const std::uint64_t count = settings().count;
    TORCH_CHECK(count <= max_cards, "test card: TESTCARD_COUNT=", count, " is above ", max_cards);
    return static_cast<c10::DeviceIndex>(count);
}

c10::DeviceIndex current_card() noexcept { return current; }

void set_current_card(c10::DeviceIndex card) {
    check_exists(card);
    current = card;
}

c10::DeviceIndex card_of(c10::Device device) {
    TORCH_CHECK(device.type() == c10::DeviceType::PrivateUse1, "test card: asked for memory on ", device);
    const c10::DeviceIndex card = device.has_index() ? device.index() : current;
    check_exists(card);
    return card;
}

void launch(c10::DeviceIndex card, const char* kernel) {
    TORCH_CHECK(current_stream(card) == 0 || std::strcmp(kernel, "copy") == 0, "test card: side streams copy only, and run no ", kernel);
    throw_if_broken();
    throw_if_failed(++kernels_of_process, kernel);
    cards.at(card).kernels++;
}

void book_memory(c10::DeviceIndex card, std::size_t bytes) {
    throw_if_failed(kernels_of_process, "allocate");
    Card& it = cards.at(card);
    const std::uint64_t limit = settings().memory_bytes;
    const std::uint64_t after = it.bytes.fetch_add(bytes) + bytes;
    if (after > limit) {
        it.bytes -= bytes;
        TORCH_CHECK_WITH(OutOfMemoryError, false, "test card ", int{card}, " is out of memory: tried to allocate ", bytes,
            " bytes; ", after - bytes, " of ", limit, " bytes are in use (TESTCARD_MEMORY_BYTES)");
    }
    std::uint64_t peak = it.peak_bytes;
    while (peak < after && !it.peak_bytes.compare_exchange_weak(peak, after)) {
    }
}

void return_memory(c10::DeviceIndex card, std::size_t bytes) noexcept { cards[static_cast<std::size_t>(card)].bytes -= bytes; }

bool strict_memory() { return settings().strict_memory; }

} // namespace testcard

#define TESTCARD_EXPORT extern "C" __attribute__((visibility("default")))

/// Whether half-precision arithmetic is native. 0 as on the host, so that the runtime computes in the same formats and gets the same bits.
TESTCARD_EXPORT int opensora_card_has_half(void) { return 0; }

/// Kernels run so far by all cards of this process, copies included.
TESTCARD_EXPORT std::uint64_t testcard_kernels(void) { return testcard::kernels_of_process; }

/// Bytes in use on a card now. `card` is not checked.
TESTCARD_EXPORT std::uint64_t testcard_bytes(int card) { return testcard::cards.at(static_cast<std::size_t>(card)).bytes; }

/// The most bytes that were in use on a card at one time. `card` is not checked.
TESTCARD_EXPORT std::uint64_t testcard_peak_bytes(int card) { return testcard::cards.at(static_cast<std::size_t>(card)).peak_bytes; }
