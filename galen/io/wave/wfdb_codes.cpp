#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "galen/io/wave/wfdb.h"

namespace galen {
namespace {

/// ecgcodes.h and ecgmap.h of the WFDB library: beats are 1 to 13, 25, 30, 34, 35, 38 and 41.
constexpr std::array<std::string_view, 42> mnemonics = {
    "",  "N",  "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "[15]", "|", "[17]", "s", "T", "*",
    "D", "\"", "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@",    "x", "f",    "(", ")", "r"};
constexpr int last = 49;  // ACMAX

}  // namespace

std::string wfdb_mnemonic(int code) {
  if (code < 1 || code > last) return {};
  const auto i = static_cast<std::size_t>(code);
  return i < mnemonics.size() ? std::string(mnemonics[i]) : fmt::format("[{}]", code);
}

int wfdb_code(std::string_view mnemonic) {
  const auto found = std::find(mnemonics.begin() + 1, mnemonics.end(), mnemonic);
  if (found != mnemonics.end()) return static_cast<int>(found - mnemonics.begin());
  if (mnemonic.size() != 4 || mnemonic.front() != '[' || mnemonic.back() != ']') return -1;
  int code = 0;
  std::from_chars(mnemonic.data() + 1, mnemonic.data() + 3, code);
  return code >= static_cast<int>(mnemonics.size()) && code <= last ? code : -1;
}

}  // namespace galen
