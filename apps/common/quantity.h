#pragma once
// Sizes and times as people write them.
#include <cstdint>
#include <string>

namespace galen::app {

/// "4G", "512M", "1.5G", "4294967296" -> bytes; G is 2^30, M 2^20, also as GB or GiB, MB or MiB. Errors (usage):
/// anything else; less than 1 MiB, since a unit is probably missing. The message names option.
std::uint64_t parse_bytes(const std::string& text, const std::string& option);

/// "90s", "30m", "2h", "90" -> seconds. Errors (usage): anything else.
double parse_seconds(const std::string& text, const std::string& option);

}  // namespace galen::app
