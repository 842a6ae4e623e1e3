#include "galen/io/wave/wfdb_text.h"

#include <map>

namespace galen {
namespace {

/// Bytes of the UTF-8 sequence at the start (RFC 3629); 0: none.
std::size_t sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  if (at(0) < 0x80) return 1;
  if (at(0) >= 0xC2 && at(0) < 0xE0 && follows(1)) return 2;
  if (at(0) >= 0xE0 && at(0) < 0xF0 && follows(1) && follows(2)) {
    const unsigned code = (at(0) & 15) << 12 | (at(1) & 63) << 6 | (at(2) & 63);
    return code >= 0x800 && (code < 0xD800 || code > 0xDFFF) ? 3 : 0;
  }
  if (at(0) >= 0xF0 && at(0) < 0xF5 && follows(1) && follows(2) && follows(3)) {
    const unsigned code = (at(0) & 7) << 18 | (at(1) & 63) << 12;
    return code >= 0x10000 && code <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string wfdb_text(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0 | byte >> 6);
    out += byte < 0x80 ? c : static_cast<char>(0x80 | (byte & 0x3F));
  }
  return out;
}

std::string wfdb_unit(std::string_view unit) {
  static const std::map<std::string, std::string, std::less<>> codes = {
      {"mmHg", "mm[Hg]"}, {"cmH2O", "cm[H2O]"}, {"degC", "Cel"}, {"deg_C", "Cel"},
      {"bpm", "/min"},    {"BPM", "/min"},      {"pm", "/min"},  {"NU", "1"}};
  const auto found = codes.find(unit);
  return found == codes.end() ? wfdb_text(unit) : found->second;
}

}  // namespace galen
