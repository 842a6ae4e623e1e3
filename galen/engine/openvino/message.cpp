#include "galen/engine/openvino/message.h"

#include <fmt/format.h>

#include <array>
#include <regex>
#include <sstream>
#include <vector>

namespace galen::openvino {
namespace {

// Lines that say where in OpenVINO's sources something was noticed, or repeat what the others say.
bool is_scaffolding(const std::string& line) {
  constexpr std::array<std::string_view, 6> beginnings{"Exception from ",     "Check '", "While validating ",
                                                       "FrontEnd API failed", "-- ",     "Summary:"};
  if (line.find_first_not_of(" \t\r") == std::string::npos) return true;
  for (const std::string_view beginning : beginnings) {
    if (line.starts_with(beginning)) return true;
  }
  return line.starts_with("Model wasn't fully converted") || line.find("Extension documentation") != std::string::npos;
}

std::string reason_of(const std::string& message) {
  std::istringstream lines(message);
  std::string reason;
  for (std::string line; std::getline(lines, line);) {
    if (is_scaffolding(line)) continue;
    if (!reason.empty()) reason += "; ";
    reason += line;
  }
  constexpr std::size_t longest = 300;
  if (reason.size() > longest) reason = reason.substr(0, longest) + "...";
  return reason;
}

}  // namespace

Error error_of(std::string_view message, const std::string& where, const std::string& problem) {
  const std::string text(message);
  std::smatch match;
  if (std::regex_search(text, match, std::regex("No conversion rule found for operations: ([^\n]+)"))) {
    return Error(where, fmt::format("operator {} is not known to OpenVINO", match.str(1)), {},
                 "rebuild the network from standard ONNX operators");
  }
  if (std::regex_search(text, match, std::regex("ONNX node '<Node\\((\\w+)\\): ([^>\n]*)>': ?([^\n]*)"))) {
    std::string reason = reason_of(text);
    if (reason.empty()) reason = match.str(3);
    return Error(fmt::format("{}: {} '{}'", where, match.str(1), match.str(2)), problem, reason);
  }
  return Error(where, problem, reason_of(text));
}

}  // namespace galen::openvino
