#include "galen/engine/openvino/message.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <sstream>
#include <string_view>

namespace galen::openvino {
namespace {

// Lines that only name a place in OpenVINO's sources, or repeat other lines.
bool is_scaffolding(const std::string& line) {
  constexpr std::array<std::string_view, 6> beginnings{"Exception from ",     "Check '", "While validating ",
                                                       "FrontEnd API failed", "-- ",     "Summary:"};
  if (line.find_first_not_of(" \t\r") == std::string::npos) return true;
  for (const std::string_view beginning : beginnings) {
    if (line.starts_with(beginning)) return true;
  }
  return line.starts_with("Model wasn't fully converted") || line.find("Extension documentation") != std::string::npos;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 300;
  return text.size() <= longest ? std::string(text) : std::string(text.substr(0, longest)) + "...";
}

std::string reason_of(const std::string& message) {
  std::istringstream lines(message);
  std::string reason;
  for (std::string line; std::getline(lines, line);) {
    if (is_scaffolding(line)) continue;
    if (!reason.empty()) reason += "; ";
    reason += line;
  }
  return shortened(reason);
}

// The rest of the line that follows beginning.
std::optional<std::string_view> rest_of_line(std::string_view text, std::string_view beginning) {
  const std::size_t at = text.find(beginning);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + beginning.size());
  return text.substr(0, text.find('\n'));
}

struct NodeNote {
  std::string_view op, name, reason;
};

// "ONNX node '<Node(Conv): encoder.conv>': too large"
std::optional<NodeNote> node_note(std::string_view text) {
  constexpr std::string_view after_op = "): ", after_name = ">':";
  const auto line = rest_of_line(text, "ONNX node '<Node(");
  if (!line) return std::nullopt;
  const std::size_t op_ends = line->find(after_op), name = op_ends + after_op.size();
  if (op_ends == std::string_view::npos) return std::nullopt;
  const std::size_t name_ends = line->find(after_name, name);
  if (name_ends == std::string_view::npos) return std::nullopt;
  std::string_view reason = line->substr(name_ends + after_name.size());
  if (reason.starts_with(' ')) reason.remove_prefix(1);
  return NodeNote{line->substr(0, op_ends), line->substr(name, name_ends - name), reason};
}

}  // namespace

Error error_of(std::string_view message, const std::string& where, const std::string& problem) {
  const std::string reason = reason_of(std::string(message));
  if (const auto unknown = rest_of_line(message, "No conversion rule found for operations: ")) {
    return Error(where, fmt::format("operator {} is not known to OpenVINO", shortened(*unknown)), {},
                 "rebuild the network from standard ONNX operators");
  }
  if (const auto note = node_note(message)) {
    return Error(fmt::format("{}: {} '{}'", where, shortened(note->op), shortened(note->name)), problem,
                 reason.empty() ? shortened(note->reason) : reason);
  }
  return Error(where, problem, reason);
}

}  // namespace galen::openvino
