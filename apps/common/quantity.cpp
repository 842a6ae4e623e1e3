#include "apps/common/quantity.h"

#include <fmt/format.h>

#include <cstdlib>

#include "galen/base/error.h"

namespace galen::app {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

double parse(const std::string& text, const std::string& option, const std::string& remedy,
             std::initializer_list<Unit> units) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  for (const Unit& unit : units) {
    const double value = number * unit.factor;
    if (end != text.c_str() && unit.name == end && value > 0 && value < 1e18) return value;
  }
  throw usage_error(option, fmt::format("'{}' is not understood", text), remedy);
}

}  // namespace

std::uint64_t parse_bytes(const std::string& text, const std::string& option) {
  const double bytes =
      parse(text, option, "write 4G or 512M",
            {{"G", 0x1p30}, {"GB", 0x1p30}, {"GiB", 0x1p30}, {"M", 0x1p20}, {"MB", 0x1p20}, {"MiB", 0x1p20}, {"", 1}});
  if (bytes < 0x1p20) throw usage_error(option, fmt::format("'{}' is less than 1 MiB", text), "give a unit: 10G");
  return static_cast<std::uint64_t>(bytes);
}

double parse_seconds(const std::string& text, const std::string& option) {
  return parse(text, option, "write 90s, 30m or 2h", {{"s", 1}, {"m", 60}, {"h", 3600}, {"", 1}});
}

}  // namespace galen::app
