# One name for each third-party library, so that galen_room() can check who may use it. They come from scripts/setup.
set(GALEN_DEPS ${CMAKE_SOURCE_DIR}/.deps CACHE PATH "Where scripts/setup unpacked the wheels")

find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibArchive REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)

add_library(third_fmt INTERFACE)
target_link_libraries(third_fmt INTERFACE fmt::fmt)
add_library(third_json INTERFACE)
target_link_libraries(third_json INTERFACE nlohmann_json::nlohmann_json)
add_library(third_openssl INTERFACE)
target_link_libraries(third_openssl INTERFACE OpenSSL::Crypto)
add_library(third_zlib INTERFACE)
target_link_libraries(third_zlib INTERFACE ZLIB::ZLIB)
add_library(third_archive INTERFACE)
target_link_libraries(third_archive INTERFACE LibArchive::LibArchive)
add_library(third_cli11 INTERFACE)
target_link_libraries(third_cli11 INTERFACE CLI11::CLI11)
add_library(third_protozero INTERFACE)
add_library(third_eigen INTERFACE)
target_link_libraries(third_eigen INTERFACE Eigen3::Eigen)

# nifti2 has no CMake package in Debian.
add_library(third_nifti INTERFACE)
find_library(NIFTI2_LIBRARY nifti2 REQUIRED)
find_library(ZNZ_LIBRARY znz REQUIRED)
find_path(NIFTI2_INCLUDE nifti2_io.h PATH_SUFFIXES nifti REQUIRED)
target_include_directories(third_nifti SYSTEM INTERFACE ${NIFTI2_INCLUDE})
target_link_libraries(third_nifti INTERFACE ${NIFTI2_LIBRARY} ${ZNZ_LIBRARY})

# FLAC's C library, and XML.
find_package(PkgConfig REQUIRED)
pkg_check_modules(FLAC REQUIRED IMPORTED_TARGET flac)
find_package(pugixml REQUIRED)
add_library(third_flac INTERFACE)
target_link_libraries(third_flac INTERFACE PkgConfig::FLAC)
add_library(third_xml INTERFACE)
target_link_libraries(third_xml INTERFACE pugixml::pugixml)

# MQTT: the client library of the Mosquitto broker.
pkg_check_modules(MOSQUITTO REQUIRED IMPORTED_TARGET libmosquitto)
add_library(third_mosquitto INTERFACE)
target_link_libraries(third_mosquitto INTERFACE PkgConfig::MOSQUITTO)

# Pictures: read with their own libraries, since ITK's readers end the process on some damaged files.
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(TIFF REQUIRED)
add_library(third_pictures INTERFACE)
target_link_libraries(third_pictures INTERFACE PNG::PNG JPEG::JPEG TIFF::TIFF)

set(OpenVINO_DIR ${GALEN_DEPS}/openvino/openvino/cmake)
find_package(OpenVINO REQUIRED COMPONENTS Runtime NO_DEFAULT_PATH)
add_library(third_openvino INTERFACE)
target_link_libraries(third_openvino INTERFACE openvino::runtime)

if(GALEN_TRAIN)
  set(TORCH_ROOT ${GALEN_DEPS}/torch/torch)
  if(NOT EXISTS ${TORCH_ROOT}/lib/libtorch_cpu.so)
    message(FATAL_ERROR "libtorch is not in ${GALEN_DEPS}: run scripts/setup --train, or configure the preset 'serve'")
  endif()
  add_library(third_torch INTERFACE)
  # Searched last: the wheel carries headers of other libraries (another fmt), which must not hide the system's.
  target_compile_options(third_torch INTERFACE
    "SHELL:-idirafter \"${TORCH_ROOT}/include\"" "SHELL:-idirafter \"${TORCH_ROOT}/include/torch/csrc/api/include\"")
  # Only the CPU libraries are linked; the CUDA ones are loaded when they are there (docs/architecture.md).
  target_link_libraries(third_torch INTERFACE ${TORCH_ROOT}/lib/libtorch_cpu.so ${TORCH_ROOT}/lib/libc10.so)
  file(GLOB CUDA_RUNTIME_DIRS ${GALEN_DEPS}/torch/nvidia/*/lib)
  target_link_options(third_torch INTERFACE -Wl,-rpath,${TORCH_ROOT}/lib)
  foreach(dir ${CUDA_RUNTIME_DIRS})
    target_link_options(third_torch INTERFACE -Wl,-rpath,${dir} -Wl,-rpath-link,${dir})
  endforeach()
endif()

if(GALEN_TESTS)
  find_package(GTest REQUIRED)
endif()
