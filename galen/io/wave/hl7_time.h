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
  bool to_the_second = false;       ///< or finer; false: coarser, and missing parts have their least value
  std::string iso;                  ///< ISO 8601, as precise as the text
};

/// Nothing if text is not such a time, or lies outside 1700 to 2200.
std::optional<Hl7Time> hl7_time(std::string_view text);

/// Seconds from one to the other; time zones count only if both state theirs.
double seconds_between(const Hl7Time& from, const Hl7Time& to);

}  // namespace galen
