// The torch of the process: its threads, its version, what it was built with, whether it differentiates.
#include "abi.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/GradMode.h>

using namespace ost;

EXPORT_API(int32_t) THSTorch_get_num_threads() { return value<int32_t>(-1, [] { return at::get_num_threads(); }); }
EXPORT_API(void) THSTorch_set_num_threads(int32_t count) { run([=] { at::set_num_threads(count); }); }

EXPORT_API(bool) THSAutograd_isGradEnabled() { return c10::GradMode::is_enabled(); }
EXPORT_API(void) THSAutograd_setGrad(bool enabled) { c10::GradMode::set_enabled(enabled); }

/// The version of torch, e.g. "1.13.0".
EXPORT_API(const char*) OST_version() { return TORCH_VERSION; }

/// What torch was built with: compiler, BLAS, vector instructions. Lives for ever.
EXPORT_API(const char*) OST_build() {
    return value<const char*>("", [] {
        static const std::string text = at::show_config();
        return text.c_str();
    });
}
