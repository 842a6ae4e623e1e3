#include "galen/base/error.h"

#include <fmt/format.h>

#include "galen/base/text.h"

namespace galen {
namespace {

// One line of valid UTF-8, whatever bytes a file's name or header contains.
std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool shown = length > 0 && first >= 0x20 && first != 0x7f;
    out += shown ? std::string(text.substr(0, length)) : fmt::format("\\x{:02x}", first);
    text.remove_prefix(shown ? length : 1);
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
