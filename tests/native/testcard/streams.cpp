#include "streams.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <c10/core/StorageImpl.h>
#include <c10/util/Exception.h>
#include <c10/util/intrusive_ptr.h>

#include "cards.h"
#include "memory.h"

namespace testcard {
namespace {

struct Stream {
    std::deque<std::function<void()>> work;
    std::uint64_t added = 0, done = 0;
};

/// A place in a stream; without one, in stream 0, where everything is done already.
struct Event {
    Stream* stream = nullptr;
    std::uint64_t added = 0;
};

// One lock for all: a test card need not be fast. All of it is there for good, for threads outlive main.
struct Streams {
    std::mutex one;
    std::condition_variable changed;
    std::vector<Stream*> sides; // stream n is at n - 1
    bool held = false;
    std::string broken;
};

Streams& streams() {
    static Streams* all = new Streams;
    return *all;
}

thread_local std::array<c10::StreamId, 64> current{};

Stream* side_of(c10::StreamId stream) { return stream == 0 ? nullptr : streams().sides.at(static_cast<std::size_t>(stream - 1)); }

bool reached(const Event& event) { return event.stream == nullptr || event.stream->done >= event.added; }

void run(Stream* stream) {
    Streams& all = streams();
    std::unique_lock<std::mutex> lock(all.one);
    while (true) {
        all.changed.wait(lock, [&] { return !all.held && !stream->work.empty(); });
        const std::function<void()> next = std::move(stream->work.front());
        stream->work.pop_front();
        lock.unlock();
        next();
        lock.lock();
        stream->done++;
        all.changed.notify_all();
    }
}

void add(Stream* stream, std::function<void()> work) {
    Streams& all = streams();
    const std::lock_guard<std::mutex> lock(all.one);
    stream->work.push_back(std::move(work));
    stream->added++;
    all.changed.notify_all();
}

void wait_for(const Event& event) {
    Streams& all = streams();
    std::unique_lock<std::mutex> lock(all.one);
    all.changed.wait(lock, [&] { return reached(event); });
}

/// Where a tensor's numbers are, as long as its memory is there.
struct Place {
    c10::weak_intrusive_ptr<c10::StorageImpl> storage;
    std::size_t offset;
    bool on_card;

    explicit Place(const at::Tensor& tensor)
        : storage(tensor.storage().getWeakStorageImpl()), offset(tensor.storage_offset() * tensor.itemsize()), on_card(!tensor.is_cpu()) {}
};

void copy(const Place& source, const Place& destination, std::size_t bytes) {
    const auto from = source.storage.lock(), to = destination.storage.lock();
    if (from == nullptr || to == nullptr) {
        const std::lock_guard<std::mutex> lock(streams().one);
        streams().broken = from == nullptr ? "the source of a copy was freed before it was read" : "the target of a copy was freed before it was written";
        return;
    }
    const auto address = [](const Place& place, c10::StorageImpl& storage) {
        return static_cast<char*>(place.on_card ? host_address(storage.data_ptr()) : storage.data()) + place.offset;
    };
    std::memcpy(address(destination, *to), address(source, *from), bytes);
}

} // namespace

c10::StreamId current_stream(c10::DeviceIndex card) noexcept { return current[static_cast<std::size_t>(card)]; }

c10::StreamId exchange_stream(c10::DeviceIndex card, c10::StreamId stream) noexcept {
    return std::exchange(current[static_cast<std::size_t>(card)], stream);
}

c10::StreamId new_stream() {
    TORCH_CHECK(number_from_environment("TESTCARD_STREAMS", 1) != 0, "test card: there is one stream (TESTCARD_STREAMS)");
    Streams& all = streams();
    const std::lock_guard<std::mutex> lock(all.one);
    all.sides.push_back(new Stream);
    std::thread(run, all.sides.back()).detach();
    return static_cast<c10::StreamId>(all.sides.size());
}

void copy_later(c10::DeviceIndex card, const at::Tensor& source, const at::Tensor& destination) {
    TORCH_CHECK(source.is_contiguous() && destination.is_contiguous() && source.scalar_type() == destination.scalar_type(),
        "test card: side streams copy dense tensors of one type only");
    static const std::chrono::milliseconds delay(number_from_environment("TESTCARD_COPY_MS", 0));
    const Place from(source), to(destination);
    add(side_of(current_stream(card)), [from, to, bytes = source.nbytes()] {
        std::this_thread::sleep_for(delay);
        copy(from, to, bytes);
    });
}

void throw_if_broken() {
    const std::lock_guard<std::mutex> lock(streams().one);
    TORCH_CHECK(streams().broken.empty(), "test card: device error: ", streams().broken);
}

void* record(void* event, c10::StreamId stream) {
    Event* marked = event == nullptr ? new Event : static_cast<Event*>(event);
    const std::lock_guard<std::mutex> lock(streams().one);
    marked->stream = side_of(stream);
    marked->added = marked->stream == nullptr ? 0 : marked->stream->added;
    return marked;
}

void wait_on(c10::StreamId stream, void* event) {
    const Event marked = *static_cast<Event*>(event);
    if (stream == 0)
        wait_for(marked);
    else
        add(side_of(stream), [marked] { wait_for(marked); });
}

bool is_done(void* event) {
    throw_if_broken();
    const std::lock_guard<std::mutex> lock(streams().one);
    return reached(*static_cast<Event*>(event));
}

void forget(void* event) noexcept { delete static_cast<Event*>(event); }

bool is_idle(c10::StreamId stream) {
    Event now;
    record(&now, stream);
    return is_done(&now);
}

void drain(c10::StreamId stream) {
    Event now;
    record(&now, stream);
    wait_for(now);
}

} // namespace testcard

/// 1: copies on side streams wait until they are let go with 0.
extern "C" __attribute__((visibility("default"))) void testcard_hold_copies(int hold) {
    testcard::Streams& all = testcard::streams();
    const std::lock_guard<std::mutex> lock(all.one);
    all.held = hold != 0;
    all.changed.notify_all();
}
