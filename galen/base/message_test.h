#pragma once
#include <string>

#include "galen/base/error.h"

namespace galen {

/// The message of the Error that f throws; "no error" if it throws none.
std::string message_of(const auto& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace galen
