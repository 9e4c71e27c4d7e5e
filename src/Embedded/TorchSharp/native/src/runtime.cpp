// Threads and versions.
#include "abi.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

using namespace ost;

OST_API int32_t ost_get_num_threads() { return at::get_num_threads(); }

OST_API int32_t ost_set_num_threads(int32_t count) {
    return status([=] { at::set_num_threads(count); });
}

OST_API int32_t ost_get_num_interop_threads() { return at::get_num_interop_threads(); }

OST_API int32_t ost_set_num_interop_threads(int32_t count) {
    return status([=] { at::set_num_interop_threads(count); });
}

/// The version of torch that this was built against, e.g. "1.13.0".
OST_API const char* ost_version() { return TORCH_VERSION; }

/// What torch was built with: compiler, BLAS, vector instructions, threads. Lives for ever.
OST_API const char* ost_build_description() {
    static const std::string text = at::show_config() + at::get_parallel_info();
    return text.c_str();
}
