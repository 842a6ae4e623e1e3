#include "galen/report/strip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "galen/base/error.h"
#include "galen/base/upper_median.h"
#include "galen/data/units.h"
#include "galen/io/dataset/csv.h"
#include "galen/report/strip_layout.h"
#include "galen/report/svg.h"

namespace galen {
namespace {

/// Column names, non-empty and unique.
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

/// The smallest number of the form 1, 2 or 5 times a power of ten that is not below value.
double round_up(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (value <= step * power * (1 + 1e-9)) return step * power;
  }
  return 10 * power;
}

}  // namespace

void check_strip(const StripArtefact& strip) {
  if (strip.channels.size() != strip.samples.size()) throw defect("strip", "channels and samples differ in number");
  if (!std::isnormal(strip.rate_hz) || strip.rate_hz < 0 || !std::isfinite(strip.begin_seconds)) {
    throw defect("strip", "has no clock");
  }
  constexpr double most_seconds = 86400;
  if (static_cast<double>(strip_length(strip)) / strip.rate_hz > most_seconds) {
    throw defect("strip", "is longer than a day: it is a stretch to be read by eye");
  }
}

std::size_t strip_length(const StripArtefact& strip) {
  std::size_t length = 0;
  for (const auto& samples : strip.samples) length = std::max(length, samples.size());
  return length;
}

StripBand band_of(const Channel& channel, const std::vector<float>& samples) {
  constexpr double least = 15, most = 60, square = 5, air = 1, own_scale = 30;
  StripBand band;
  std::vector<double> values;
  std::ranges::copy_if(samples, std::back_inserter(values), [](float v) { return std::isfinite(v); });
  band.empty = values.empty();
  if (band.empty) values = {0};
  const auto [low, high] = std::ranges::minmax(values);
  const double millivolts = millivolts_in(channel.unit);
  band.millivolts = millivolts > 0;
  band.mm_per_unit = band.millivolts ? 10 * millivolts : high > low ? 10 / round_up((high - low) * 10 / own_scale) : 10;
  band.ten_mm = band.millivolts ? "1 mV" : fmt::format("{:g} {}", 10 / band.mm_per_unit, channel.unit);
  const auto squares = [&](double mm) { return square * std::ceil(mm / square); };
  band.top_mm = squares(high * band.mm_per_unit + air);
  band.height_mm = std::max(least, squares(band.top_mm - low * band.mm_per_unit + air));
  band.cut = band.height_mm > most;
  if (band.cut) {
    band.top_mm = squares(upper_median(std::move(values)) * band.mm_per_unit + most / 2);
    band.height_mm = most;
  }
  return band;
}

int strip_rows(const StripArtefact& strip) {
  check_strip(strip);
  const double seconds = static_cast<double>(strip_length(strip)) / strip.rate_hz;
  return std::max(1, static_cast<int>(std::ceil(seconds / row_seconds - 1e-9)));
}

std::string strip_time(const StripArtefact& strip, double seconds) {
  const std::string of_day = time_of_day(strip.recording_started_at, seconds);
  return of_day.empty() ? duration_text(seconds) : of_day;
}

std::string strip_csv(const StripArtefact& strip) {
  check_strip(strip);
  std::string text = csv_line(columns_of(strip));
  for (std::size_t i = 0; i < strip_length(strip); ++i) {
    // microseconds: finer than any sampling interval in practice
    text += fmt::format("{:.6f}", strip.begin_seconds + static_cast<double>(i) / strip.rate_hz);
    for (const auto& samples : strip.samples) {
      text += i < samples.size() && std::isfinite(samples[i]) ? fmt::format(",{}", samples[i]) : ",";
    }
    text += '\n';
  }
  return text;
}

}  // namespace galen
