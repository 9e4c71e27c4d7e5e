# Finds a libtorch and describes it as the target `libtorch`. torch's own package file is only read for its folder and its
# compiler flags, not run: on a machine with a CUDA build of torch it insists on a CUDA toolkit, which a program that only
# calls torch's C++ functions does not need.
#
# Sets LIBTORCH_LIBRARY_DIR, LIBTORCH_CXX_FLAGS, LIBTORCH_CXX_STANDARD.

set(searched "${Torch_DIR}" "$ENV{Torch_DIR}")
list(REMOVE_ITEM searched "")
foreach(chosen ${searched})
  if(NOT EXISTS "${chosen}/TorchConfig.cmake")
    message(FATAL_ERROR "Torch_DIR is ${chosen}, but there is no TorchConfig.cmake")
  endif()
endforeach()
foreach(prefix ${CMAKE_PREFIX_PATH} $ENV{TORCH_INSTALL_PREFIX})
  list(APPEND searched "${prefix}/share/cmake/Torch" "${prefix}/lib/cmake/Torch")
endforeach()
string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
foreach(prefix ${environment_prefixes})
  list(APPEND searched "${prefix}/share/cmake/Torch" "${prefix}/lib/cmake/Torch")
endforeach()
list(APPEND searched
  /usr/local/libtorch/share/cmake/Torch /opt/libtorch/share/cmake/Torch /usr/local/share/cmake/Torch
  "/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/Torch" /usr/lib/cmake/Torch /usr/share/cmake/Torch)

find_file(LIBTORCH_CONFIG TorchConfig.cmake PATHS ${searched} NO_DEFAULT_PATH NO_CACHE)
if(NOT LIBTORCH_CONFIG)
  list(JOIN searched " " searched)
  message(FATAL_ERROR "no libtorch found (looked for TorchConfig.cmake in ${searched}). On Debian or Ubuntu: "
    "apt-get install libtorch-dev libopenblas0-pthread cmake g++. For a torch installed by pip set Torch_DIR to what "
    "`python3 -c 'import torch; print(torch.utils.cmake_prefix_path + \"/Torch\")'` prints.")
endif()

get_filename_component(config_dir "${LIBTORCH_CONFIG}" DIRECTORY)
get_filename_component(prefix "${config_dir}/../../.." ABSOLUTE)
if(NOT EXISTS "${prefix}/include/ATen/ATen.h")
  get_filename_component(prefix "${config_dir}/../../../.." ABSOLUTE) # lib/<architecture>/cmake/Torch
endif()

foreach(name torch_cpu c10 torch_cuda)
  find_library(LIBTORCH_${name} ${name} PATHS "${config_dir}/../.." "${prefix}/lib" NO_DEFAULT_PATH NO_CACHE)
endforeach()
if(NOT LIBTORCH_torch_cpu OR NOT LIBTORCH_c10 OR NOT EXISTS "${prefix}/include/ATen/ATen.h")
  message(FATAL_ERROR "${LIBTORCH_CONFIG} is there, but its libraries or its headers (${prefix}/include/ATen) are not: "
    "on Debian or Ubuntu: apt-get install --reinstall libtorch-dev")
endif()
get_filename_component(LIBTORCH_LIBRARY_DIR "${LIBTORCH_c10}" DIRECTORY)

file(STRINGS "${config_dir}/TorchConfigVersion.cmake" version REGEX "set\\(PACKAGE_VERSION ")
string(REGEX MATCH "[0-9]+[.][0-9]+([.][0-9]+)?" LIBTORCH_VERSION "${version}")
if(LIBTORCH_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "libtorch ${LIBTORCH_VERSION} in ${prefix} is too old: 1.13 or newer is needed")
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

# So that a build is made anew when this torch is replaced by another version.
file(WRITE "${CMAKE_BINARY_DIR}/torch.found" "${config_dir}/TorchConfigVersion.cmake\n")

add_library(libtorch INTERFACE)
target_include_directories(libtorch SYSTEM INTERFACE "${prefix}/include" "${prefix}/include/torch/csrc/api/include")
target_link_libraries(libtorch INTERFACE "${LIBTORCH_torch_cpu}" "${LIBTORCH_c10}")
if(LIBTORCH_torch_cuda)
  # Nothing calls the CUDA half by name, it registers itself when it is loaded.
  target_link_libraries(libtorch INTERFACE -Wl,--no-as-needed "${LIBTORCH_torch_cuda}" -Wl,--as-needed)
endif()
