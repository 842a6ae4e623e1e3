#include "galen/report/strip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "galen/base/error.h"
#include "galen/io/dataset/csv.h"

namespace galen {
namespace {

std::size_t length_of(const StripArtefact& strip) {
  std::size_t length = 0;
  for (const auto& samples : strip.samples) length = std::max(length, samples.size());
  return length;
}

void check(const StripArtefact& strip) {
  if (strip.channels.size() != strip.samples.size()) throw defect("strip", "channels and samples differ in number");
  if (!std::isnormal(strip.rate_hz) || strip.rate_hz < 0 || !std::isfinite(strip.begin_seconds)) {
    throw defect("strip", "has no clock");
  }
}

/// Names of columns: not empty, none twice.
std::vector<std::string> columns_of(const StripArtefact& strip) {
  std::vector<std::string> columns = {"seconds"};
  std::set<std::string> taken = {"seconds"};
  for (const Channel& channel : strip.channels) {
    std::string name = channel.name.empty() ? "channel" : channel.name;
    if (!channel.unit.empty()) name += fmt::format(" ({})", channel.unit);
    const std::string first = name;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{} {}", first, i);
    columns.push_back(name);
  }
  return columns;
}

}  // namespace

std::string strip_csv(const StripArtefact& strip) {
  check(strip);
  std::string text = csv_line(columns_of(strip));
  for (std::size_t i = 0; i < length_of(strip); ++i) {
    // microseconds: finer than any clock of the field
    text += fmt::format("{:.6f}", strip.begin_seconds + static_cast<double>(i) / strip.rate_hz);
    for (const auto& samples : strip.samples) {
      text += i < samples.size() && std::isfinite(samples[i]) ? fmt::format(",{}", samples[i]) : ",";
    }
    text += '\n';
  }
  return text;
}

}  // namespace galen
