#include "galen/base/error.h"

#include <fmt/format.h>

namespace galen {
namespace {

// One line, whatever stands in a file's name or header.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Error::Error(std::string where, std::string problem, std::string why, std::string remedy, Fault fault)
    : where_(std::move(where)),
      problem_(std::move(problem)),
      why_(std::move(why)),
      remedy_(std::move(remedy)),
      fault_(fault) {
  compose();
}

void Error::add_context(std::string_view context) {
  context_ = context_.empty() ? std::string(context) : fmt::format("{}: {}", context, context_);
  compose();
}

void Error::add_remedy(std::string_view remedy) {
  remedy_ = remedy_.empty() ? std::string(remedy) : fmt::format("{}; {}", remedy_, remedy);
  compose();
}

void Error::compose() {
  std::string line;
  if (!context_.empty()) line += context_ + ": ";
  if (!where_.empty()) line += where_ + ": ";
  line += problem_;
  if (!why_.empty()) line += " (" + why_ + ")";
  if (!remedy_.empty()) line += "; " + remedy_;
  line_ = printable(line);
}

Error usage_error(std::string where, std::string problem, std::string remedy) {
  return {std::move(where), std::move(problem), {}, std::move(remedy), Fault::usage};
}

Error defect(std::string where, std::string problem) {
  return {std::move(where), std::move(problem), "a defect in Galen", "please report it", Fault::defect};
}

}  // namespace galen
