// Where time goes: torch tells an observer of each operation's start and end. Nothing is observed until it is asked for.
#include "abi.h"

#include <ATen/record_function.h>

#include <chrono>
#include <map>

using namespace ost;

namespace {

using Clock = std::chrono::steady_clock;

struct Use {
    int64_t calls = 0;
    double seconds = 0; // without what it called
};

struct Open {
    Clock::time_point start;
    double inner = 0;
};

// Of the thread that records: a card computes on one.
thread_local std::vector<Open> open_calls;
thread_local std::map<std::string, Use> uses;
thread_local at::CallbackHandle observer = 0;

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction&) {
    open_calls.push_back({Clock::now()});
    return nullptr;
}

void leave(const at::RecordFunction& function, at::ObserverContext*) {
    if (open_calls.empty())
        return;
    Open call = open_calls.back();
    open_calls.pop_back();
    double seconds = std::chrono::duration<double>(Clock::now() - call.start).count();
    Use& use = uses[function.name()];
    use.calls++;
    use.seconds += seconds - call.inner;
    if (!open_calls.empty())
        open_calls.back().inner += seconds;
}

} // namespace

/// Begins to observe this thread's operations.
EXPORT_API(bool) OST_start_recording() {
    return value(false, [] {
        TORCH_CHECK(observer == 0, "this thread's operations are being recorded already");
        uses.clear();
        open_calls.clear();
        observer = at::addThreadLocalCallback(
            at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION}));
        return true;
    });
}

/// Ends it and hands over what was seen, one operation after the other.
EXPORT_API(bool) OST_stop_recording(void* state, void (*take)(void* state, const char* name, int64_t calls, double seconds)) {
    return value(false, [=] {
        TORCH_CHECK(observer != 0, "this thread's operations are not being recorded");
        at::removeCallback(observer);
        observer = 0;
        for (const auto& [name, use] : uses)
            take(state, name.c_str(), use.calls, use.seconds);
        return true;
    });
}
