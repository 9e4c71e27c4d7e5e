# Describes the torch whose TorchConfig.cmake lies in Torch_DIR as the target `libtorch`. torch's own package file is only
# read for its folder and its compiler flags, not run: on a machine with a CUDA build of torch it insists on a CUDA toolkit,
# which a program that only calls torch's C++ functions does not need.
#
# Sets LIBTORCH_LIBRARY_DIR, LIBTORCH_CXX_FLAGS, LIBTORCH_CXX_STANDARD.

set(config_dir "${Torch_DIR}")
set(LIBTORCH_CONFIG "${config_dir}/TorchConfig.cmake")
if(NOT EXISTS "${LIBTORCH_CONFIG}")
  message(FATAL_ERROR "Torch_DIR is '${Torch_DIR}', which has no TorchConfig.cmake")
endif()
get_filename_component(prefix "${config_dir}/../../.." ABSOLUTE)
if(NOT EXISTS "${prefix}/include/ATen/ATen.h")
  get_filename_component(prefix "${config_dir}/../../../.." ABSOLUTE) # lib/<architecture>/cmake/Torch
endif()

foreach(name torch_cpu c10 torch_cuda)
  unset(LIBTORCH_${name} CACHE)
  find_library(LIBTORCH_${name} ${name} PATHS "${config_dir}/../.." "${prefix}/lib" NO_DEFAULT_PATH)
endforeach()
if(NOT LIBTORCH_torch_cpu OR NOT LIBTORCH_c10 OR NOT EXISTS "${prefix}/include/ATen/ATen.h")
  message(FATAL_ERROR "its libraries or its headers (${prefix}/include/ATen) are missing")
endif()
get_filename_component(LIBTORCH_LIBRARY_DIR "${LIBTORCH_c10}" DIRECTORY)

file(STRINGS "${config_dir}/TorchConfigVersion.cmake" version REGEX "set\\(PACKAGE_VERSION ")
string(REGEX MATCH "[0-9]+[.][0-9]+([.][0-9]+)?" LIBTORCH_VERSION "${version}")
if(LIBTORCH_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "it is torch ${LIBTORCH_VERSION}, and 1.13 or newer is needed")
endif()
# torch's headers need what its own build uses.
set(LIBTORCH_CXX_STANDARD 17)
if(LIBTORCH_VERSION VERSION_GREATER_EQUAL 2.10)
  set(LIBTORCH_CXX_STANDARD 20)
endif()
message(STATUS "libtorch ${LIBTORCH_VERSION} in ${prefix}")

# Which std::string the libraries were built with.
file(STRINGS "${LIBTORCH_CONFIG}" flags REGEX "set\\(TORCH_CXX_FLAGS \"")
string(REGEX MATCHALL "-D[A-Za-z0-9_]+=[A-Za-z0-9_]+" LIBTORCH_CXX_FLAGS "${flags}")

add_library(libtorch INTERFACE)
target_include_directories(libtorch SYSTEM INTERFACE "${prefix}/include" "${prefix}/include/torch/csrc/api/include")
target_link_libraries(libtorch INTERFACE "${LIBTORCH_torch_cpu}" "${LIBTORCH_c10}")
if(LIBTORCH_torch_cuda)
  # Nothing calls the CUDA half by name, it registers itself when it is loaded.
  target_link_libraries(libtorch INTERFACE -Wl,--no-as-needed "${LIBTORCH_torch_cuda}" -Wl,--as-needed)
endif()
