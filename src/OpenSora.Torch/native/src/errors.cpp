// What went wrong, in the words of whoever reads it: the first line says what, further lines where in torch.
#include "abi.h"

#include <c10/util/Exception.h>
#include <c10/util/Logging.h>

namespace {

thread_local std::string message;
thread_local bool failed;

// Collecting a stack trace for every error takes torch 2 to 3 ms; without it an error costs about 15 µs.
const bool no_stack_traces = [] {
    c10::SetStackTraceFetcher(std::function<std::string()>([] { return std::string(); }));
    return true;
}();

/// The name that the user gave the device. torch's own for it means nothing to him.
void replace(const std::string& torchs, const std::string& users) {
    for (size_t at = message.find(torchs); at != std::string::npos; at = message.find(torchs, at + users.size()))
        message.replace(at, torchs.size(), users);
}

void keep(std::string what, bool lacks_memory) {
    message = std::move(what);
    replace("privateuseone", "gcu");
    replace("PrivateUse1", "GCU");
    // Not every vendor says so in these words, by which the managed side knows it.
    if (lacks_memory && message.find("out of memory") == std::string::npos)
        message.insert(0, "out of memory: ");
    failed = true;
}

} // namespace

namespace ost {

void forget_error() noexcept { failed = false; }

void record_error() noexcept {
    try {
        throw;
    } catch (const c10::OutOfMemoryError& e) {
        keep(e.what_without_backtrace(), true);
    } catch (const c10::Error& e) {
        keep(e.what_without_backtrace(), false);
    } catch (const std::bad_alloc&) {
        keep("out of memory", true);
    } catch (const std::exception& e) {
        keep(e.what(), false);
    } catch (...) {
        keep("an exception that is none of torch's", false);
    }
}

} // namespace ost

/// The message of this thread's last failure, until it is asked for once; it lives until the next one.
EXPORT_API(const char*) THSTorch_get_and_reset_last_err() {
    const char* told = failed ? message.c_str() : nullptr;
    failed = false;
    return told;
}
