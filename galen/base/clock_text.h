#pragma once
// Times and lengths of time as clocks show them.
#include <string>

namespace galen {

/// "1:05:09", with decimals "0:01:00.000": rounded before it is cut into hours, minutes and seconds. Hours are not
/// bounded. Not finite, or 1e12 s and more: "not told".
std::string clock_text(double seconds, int decimals = 0);

}  // namespace galen
