#include "galen/io/wave/wave_text.h"

#include <cmath>
#include <map>

#include "galen/base/text.h"

namespace galen {

std::string as_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0 | byte >> 6);
    out += byte < 0x80 ? c : static_cast<char>(0x80 | (byte & 0x3F));
  }
  return out;
}

std::string ucum_unit(std::string_view text) {
  static const std::map<std::string, std::string> codes = {
      {"mmHg", "mm[Hg]"}, {"cmH2O", "cm[H2O]"}, {"degC", "Cel"}, {"DegC", "Cel"}, {"deg_C", "Cel"},
      {"degF", "[degF]"}, {"bpm", "/min"},      {"BPM", "/min"}, {"pm", "/min"},  {"NU", "1"}};
  std::string unit = as_utf8(text);
  for (const std::string_view micro : {"\xC2\xB5", "\xCE\xBC"}) {
    if (unit.starts_with(micro)) unit.erase(0, micro.size() - 1).front() = 'u';
  }
  const auto found = codes.find(unit);
  return found == codes.end() ? unit : found->second;
}

std::optional<double> finite_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  const std::optional<double> value = number_in<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string out(text.substr(0, most));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text.size() > most ? out + "..." : out;
}

}  // namespace galen
