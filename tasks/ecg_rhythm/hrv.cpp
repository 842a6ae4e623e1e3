#include "tasks/ecg_rhythm/hrv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "galen/base/error.h"
#include "tasks/ecg_rhythm/hrv_parts.h"

namespace galen::ecg {
namespace {

NnSeries nn_series(std::span<const TimedBeat> beats, Hrv& hrv) {
  NnSeries series;
  bool adjacent = false;
  for (std::size_t i = 1; i < beats.size(); ++i) {
    if (beats[i].behind_gap) {
      adjacent = false;
      continue;
    }
    const double seconds = beats[i].at_seconds - beats[i - 1].at_seconds;
    ++hrv.intervals;
    if (beats[i].beat != Beat::normal || beats[i - 1].beat != Beat::normal) {
      ++hrv.ectopic;
      adjacent = false;
    } else if (seconds < 0.2 || seconds > 3) {
      ++hrv.implausible;
      adjacent = false;
    } else {
      series.time_s.push_back(beats[i].at_seconds);
      series.ms.push_back(seconds * 1000);
      series.adjacent.push_back(adjacent);
      hrv.nn_s += seconds;
      adjacent = true;
    }
  }
  hrv.nn_intervals = static_cast<int>(series.size());
  return series;
}

}  // namespace

std::pair<std::size_t, std::size_t> within(const NnSeries& series, double begin_s, double length_s) {
  const auto at = [&](double t) {
    return static_cast<std::size_t>(std::lower_bound(series.time_s.begin(), series.time_s.end(), t) -
                                    series.time_s.begin());
  };
  return {at(begin_s), at(begin_s + length_s)};
}

SampleMoments moments_of(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  SampleMoments m{std::accumulate(values.begin(), values.end(), 0.0) / n, 0};
  for (const double v : values) m.deviation += (v - m.mean) * (v - m.mean);
  m.deviation = n > 1 ? std::sqrt(m.deviation / (n - 1)) : 0;
  return m;
}

void HrvCollector::obstacle(std::initializer_list<std::string> reasons) {
  obstacle_.clear();
  for (const std::string& reason : reasons) {
    if (obstacle_.empty()) obstacle_ = reason;
  }
}

void HrvCollector::add(std::string_view name, std::string_view unit, std::optional<double> value,
                       std::string_view otherwise) {
  HrvMeasure measure{name, unit, {}, obstacle_};
  if (obstacle_.empty() && value) measure.value = value;
  if (obstacle_.empty() && !value) measure.why_absent = otherwise;
  hrv_->measures.push_back(std::move(measure));
}

std::string too_few(std::size_t needed, std::size_t found) {
  return found < needed ? fmt::format("needs {} N-N intervals, there are {}", needed, found) : std::string();
}

std::string too_short(double needed_s, double found_s) {
  return found_s < needed_s ? fmt::format("needs {:g} min, there are {:.1f}", needed_s / 60, found_s / 60)
                            : std::string();
}

std::string too_many_left_out(const Hrv& hrv, double most) {
  if (hrv.intervals == 0) return "there is no interval between two beats";
  const double share =
      std::max(1 - static_cast<double>(hrv.nn_intervals) / hrv.intervals, 1 - hrv.nn_s / hrv.duration_s);
  if (share <= most) return {};
  return fmt::format("{:.0f} % of the intervals or of the time is left out, more than {:.0f} %", 100 * share,
                     100 * most);
}

const HrvMeasure& Hrv::at(std::string_view name) const {
  const auto found =
      std::find_if(measures.begin(), measures.end(), [&](const HrvMeasure& m) { return m.name == name; });
  if (found == measures.end()) throw defect("Hrv", fmt::format("no measure '{}'", name));
  return *found;
}

Hrv heart_rate_variability(std::span<const TimedBeat> beats) {
  for (std::size_t i = 0; i < beats.size(); ++i) {
    if (!std::isfinite(beats[i].at_seconds) || (i > 0 && beats[i].at_seconds <= beats[i - 1].at_seconds))
      throw Error("heart-rate variability", "the times of the beats do not ascend",
                  fmt::format("beat {} at {} s", i, beats[i].at_seconds));
  }
  Hrv hrv;
  hrv.beats = static_cast<int>(beats.size());
  if (!beats.empty()) hrv.duration_s = beats.back().at_seconds - beats.front().at_seconds;
  const NnSeries series = nn_series(beats, hrv);
  HrvCollector out(hrv);
  add_time_domain(series, hrv, out);
  add_frequency_domain(series, hrv, out);
  add_nonlinear(series, hrv, out);
  return hrv;
}

}  // namespace galen::ecg
