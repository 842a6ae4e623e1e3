#pragma once
// Times and durations in clock notation.
#include <string>

namespace galen {

/// "1:05:09", with decimals "0:01:00.000": rounded before being split into hours, minutes and seconds. Hours are
/// unbounded. Not finite, or of magnitude 1e12 s or more: "not known".
std::string clock_text(double seconds, int decimals = 0);

}  // namespace galen
