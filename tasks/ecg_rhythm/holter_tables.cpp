#include "tasks/ecg_rhythm/holter_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/clock_text.h"

namespace galen::ecg {
namespace {

std::string rate_text(double per_minute) {
  return per_minute > 0 ? fmt::format("{:.0f}", per_minute) : "";
}

std::string readable_share(const std::vector<QualityLook>& looks, double from, double until) {
  double all = 0, readable = 0;
  for (const QualityLook& look : looks) {
    if (look.at_seconds < from || look.at_seconds >= until) continue;
    ++all;
    readable += look.readable();
  }
  return all > 0 ? fmt::format("{:.0f} %", 100 * readable / all) : "";
}

std::vector<Counts> hours_of(const Holter& holter) {
  std::vector<Counts> hours(static_cast<std::size_t>(std::ceil(holter.signal->seconds() / 3600)));
  for (const ReportedBeat& beat : holter.beats) {
    const auto hour = std::min(static_cast<std::size_t>(beat.at_seconds / 3600), hours.size() - 1);
    NamedBeat named;
    named.beat = beat.beat;
    named.interval_seconds = beat.interval_seconds;
    hours[hour].add(named);
  }
  return hours;
}

}  // namespace

TableArtefact episodes_table(const std::vector<Episode>& episodes) {
  TableArtefact table{{"condition", "begin", "seconds", "beats", "mean per minute", "extreme per minute"}, {}};
  for (const Episode& episode : episodes) {
    table.rows.push_back({std::string(rhythm_code(episode.code).text), clock_text(episode.begin_seconds, 1),
                          fmt::format("{:.1f}", episode.end_seconds - episode.begin_seconds),
                          fmt::format("{}", episode.beats), rate_text(episode.rate_per_minute),
                          rate_text(episode.extreme_per_minute)});
  }
  return table;
}

TableArtefact hours_table(const Holter& holter, const std::vector<QualityLook>& looks) {
  TableArtefact table{{"hour", "beats", "mean rate", "slowest", "fastest", "S", "V", "F", "readable"}, {}};
  const auto count = [](const Counts& counts, Beat beat) {
    return fmt::format("{}", counts.beats[static_cast<std::size_t>(beat)]);
  };
  const std::vector<Counts> hours = hours_of(holter);
  for (std::size_t i = 0; i < hours.size(); ++i) {
    const Counts& counts = hours[i];
    table.rows.push_back({fmt::format("{}", i), fmt::format("{}", counts.total()), rate_text(counts.rate_per_minute()),
                          rate_text(counts.slowest_per_minute), rate_text(counts.fastest_per_minute),
                          count(counts, Beat::supraventricular), count(counts, Beat::ventricular),
                          count(counts, Beat::fusion),
                          readable_share(looks, 3600 * static_cast<double>(i), 3600 * static_cast<double>(i + 1))});
  }
  return table;
}

TableArtefact variability_table(const Hrv& hrv) {
  TableArtefact table{{"measure", "value", "unit", "remark"}, {}};
  for (const HrvMeasure& measure : hrv.measures) {
    table.rows.push_back({std::string(measure.name), measure.value ? fmt::format("{:.4g}", *measure.value) : "",
                          std::string(measure.unit), measure.why_absent});
  }
  return table;
}

}  // namespace galen::ecg
