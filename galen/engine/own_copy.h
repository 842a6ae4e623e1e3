#pragma once
// One failure reported to several threads.
#include <exception>

#include "galen/base/error.h"

namespace galen {

/// Throws a copy of an Error, and any other exception as it is: context is added to an Error in place, so each thread
/// needs its own.
[[noreturn]] inline void throw_own(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    throw Error(error);
  }
}

}  // namespace galen
