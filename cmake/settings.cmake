# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# RPATH, not RUNPATH: libraries in the wheels find their own dependencies only through the program's RPATH.
add_link_options(-Wl,--disable-new-dtags)
# lld links in a fraction of the time. Not mold: with Debian 12's 1.10, programs with thread-local data do not start.
find_program(LLD ld.lld)
if(LLD AND NOT GALEN_FUZZ)
  add_link_options(-fuse-ld=lld)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # ccache needs this to cache what is compiled with a precompiled header.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# GCC 12 warns of overlaps in std::string where there are none (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)
endif()
# -ffp-contract=off: the same result with and without FMA, on every kind of machine.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -ffp-contract=off)
if(GALEN_SANITIZE)
  add_compile_options(-fsanitize=${GALEN_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GALEN_SANITIZE})
endif()
