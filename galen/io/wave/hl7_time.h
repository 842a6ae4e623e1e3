#pragma once
// Points in time of HL7 version 3 (data type TS): "20021122091000.122+0100".
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace galen {

struct Hl7Time {
  std::int64_t nanoseconds = 0;     ///< local, since 1970
  std::optional<int> zone_minutes;  ///< east of Greenwich
  bool to_the_second = false;       ///< or finer; else it says less, and the rest counts as 0
  std::string iso;                  ///< ISO 8601, as exact as the text
};

/// Nothing where text is no such time, or lies outside 1700 to 2200.
std::optional<Hl7Time> hl7_time(std::string_view text);

/// Seconds from one to the other; zones count where both state theirs.
double seconds_between(const Hl7Time& from, const Hl7Time& to);

}  // namespace galen
