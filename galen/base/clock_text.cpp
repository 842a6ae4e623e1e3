#include "galen/base/clock_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace galen {

std::string clock_text(double seconds, int decimals) {
  if (!(std::abs(seconds) < 1e12)) return "not known";
  const std::string rounded = fmt::format("{:.{}f}", std::abs(seconds), decimals);
  const bool negative = seconds < 0 && rounded.find_first_of("123456789") != rounded.npos;
  const std::int64_t whole = std::stoll(rounded);  // up to the decimal point
  const std::string fraction = rounded.substr(std::min(rounded.find('.'), rounded.size()));
  return fmt::format("{}{}:{:02}:{:02}{}", negative ? "-" : "", whole / 3600, whole / 60 % 60, whole % 60, fraction);
}

}  // namespace galen
