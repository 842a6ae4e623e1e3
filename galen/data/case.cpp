#include "galen/data/case.h"

#include <fmt/format.h>

#include "galen/base/error.h"

namespace galen {
namespace {

template <class Kind>
const Kind& input_of(const Case& a_case, const std::string& role, std::string_view kind) {
  const std::string where = fmt::format("case {}", a_case.id);
  const auto found = a_case.inputs.find(role);
  if (found == a_case.inputs.end()) {
    std::string has;
    for (const auto& [name, input] : a_case.inputs) has += (has.empty() ? "" : ", ") + name;
    throw Error(where, fmt::format("has no input '{}'", role), has.empty() ? "it has none" : "it has " + has);
  }
  const Kind* input = std::get_if<Kind>(&found->second);
  if (input == nullptr) throw Error(where, fmt::format("input '{}' is no {}", role, kind));
  return *input;
}

}  // namespace

const Volume& Case::volume(const std::string& role) const {
  return input_of<Volume>(*this, role, "image");
}
const Signal& Case::signal(const std::string& role) const {
  return input_of<Signal>(*this, role, "signal");
}
const Annotations& Case::annotations(const std::string& role) const {
  return input_of<Annotations>(*this, role, "list of annotations");
}

}  // namespace galen
