#include "tasks/ecg_rhythm/holter_tables.h"

#include <fmt/format.h>

#include "galen/base/clock_text.h"
#include "galen/report/svg.h"

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

// Adds a column "clock" after the first `columns`, where the recording states when it began.
void add_clock(std::string_view started_at, std::size_t columns, const std::vector<double>& seconds,
               TableArtefact& table) {
  if (time_of_day(started_at, 0).empty()) return;
  const auto at = static_cast<std::ptrdiff_t>(columns);
  table.columns.insert(table.columns.begin() + at, "clock");
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    table.rows[i].insert(table.rows[i].begin() + at, time_of_day(started_at, seconds[i]));
  }
}

}  // namespace

TableArtefact episodes_table(const std::vector<Episode>& episodes, std::string_view started_at) {
  TableArtefact table{
      {"condition", "begin (from the start)", "seconds", "beats", "mean per minute", "extreme per minute"}, {}};
  std::vector<double> begins;
  for (const Episode& episode : episodes) {
    begins.push_back(episode.begin_seconds);
    table.rows.push_back({std::string(rhythm_code(episode.code).text), clock_text(episode.begin_seconds, 1),
                          fmt::format("{:.1f}", episode.end_seconds - episode.begin_seconds),
                          fmt::format("{}", episode.beats), rate_text(episode.rate_per_minute),
                          rate_text(episode.extreme_per_minute)});
  }
  add_clock(started_at, 2, begins, table);
  return table;
}

TableArtefact hours_table(const Holter& holter, const std::vector<QualityLook>& looks) {
  TableArtefact table{{"hour (from the start)", "beats", "mean rate", "slowest", "fastest", "S", "V", "F", "readable"},
                      {}};
  const auto count = [](const Counts& counts, Beat beat) {
    return fmt::format("{}", counts.beats[static_cast<std::size_t>(beat)]);
  };
  const std::vector<Counts> hours = hours_of(holter);
  std::vector<double> begins;
  for (std::size_t i = 0; i < hours.size(); ++i) {
    const Counts& counts = hours[i];
    begins.push_back(3600 * static_cast<double>(i));
    table.rows.push_back({fmt::format("{}", i), fmt::format("{}", counts.total()), rate_text(counts.rate_per_minute()),
                          rate_text(counts.slowest_per_minute), rate_text(counts.fastest_per_minute),
                          count(counts, Beat::supraventricular), count(counts, Beat::ventricular),
                          count(counts, Beat::fusion), readable_share(looks, begins[i], begins[i] + 3600)});
  }
  add_clock(holter.signal->started_at, 1, begins, table);
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
