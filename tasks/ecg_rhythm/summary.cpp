#include "tasks/ecg_rhythm/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace galen::ecg {
namespace {

constexpr const char* loinc = "http://loinc.org";
constexpr float longest_interval_seconds = 10;  // longer: nothing was heard, in asystole or with electrodes off

constexpr std::array<std::string_view, beat_classes> names = {
    "normal beats", "supraventricular ectopic beats", "ventricular ectopic beats",
    "fusion beats", "unclassified or paced beats",    "no beats"};

Statement number(const std::string& id, double value, const std::string& unit, const std::string& text,
                 const Code& code = {}) {
  Statement out;
  out.id = id;
  out.value = value;
  out.unit = unit;
  out.text = text;
  out.code = code;
  return out;
}

std::string lower(std::string_view letter) {
  return std::string(1, static_cast<char>(letter.front() - 'A' + 'a'));
}

}  // namespace

void Counts::add(const NamedBeat& beat) {
  const bool behind_wave = std::exchange(behind_wave_, beat.wave);
  if (beat.wave) {
    ++waves;
    return;
  }
  ++beats[static_cast<std::size_t>(beat.beat)];
  adapted += beat.adapted;
  const float interval = behind_wave || beat.interval_seconds > longest_interval_seconds ? 0 : beat.interval_seconds;
  if (interval > 0) interval_seconds += interval, ++intervals;
  if (!(interval > 0.2f)) {
    fresh_ = 0;
    return;
  }
  last_[static_cast<std::size_t>(fresh_++ % std::ssize(last_))] = interval;
  if (fresh_ < std::ssize(last_)) return;
  const double rate = 60 * static_cast<double>(last_.size()) / std::accumulate(last_.begin(), last_.end(), 0.0);
  fastest_per_minute = std::max(fastest_per_minute, rate);
  slowest_per_minute = slowest_per_minute > 0 ? std::min(slowest_per_minute, rate) : rate;
}

void Counts::go_on_from(const Counts& before) {
  last_ = before.last_;
  fresh_ = before.fresh_;
  behind_wave_ = before.behind_wave_;
}

std::int64_t Counts::total() const {
  return std::accumulate(beats.begin(), beats.end(), std::int64_t{0});
}

double Counts::rate_per_minute() const {
  return intervals > 0 ? 60 * static_cast<double>(intervals) / interval_seconds : std::nan("");
}

void state_counts(const Counts& counts, Finding& finding) {
  const std::int64_t total = counts.total();
  if (total == 0) {
    Statement none;
    none.id = "beats";
    none.value = 0;
    none.text = counts.waves > 0 ? "no beat was found but in ventricular flutter or fibrillation"
                                 : "no beat was found: the recording cannot be assessed";
    finding.statements.push_back(std::move(none));
    return;
  }
  std::string text = fmt::format("{} beats", total);
  if (counts.waves > 0) text += fmt::format(", without {} waves of ventricular flutter or fibrillation", counts.waves);
  finding.statements.push_back(number("beats", static_cast<double>(total), "1", text));
  if (const double rate = counts.rate_per_minute(); !std::isnan(rate)) {
    finding.statements.push_back(number("rate", rate, "/min", fmt::format("mean heart rate {:.0f} a minute", rate),
                                        {loinc, "8867-4", "Heart rate"}));
  }
  if (counts.fastest_per_minute > 0) {
    finding.statements.push_back(
        number("rate.fastest", counts.fastest_per_minute, "/min",
               fmt::format("fastest {:.0f} a minute, over 8 beats", counts.fastest_per_minute)));
    finding.statements.push_back(
        number("rate.slowest", counts.slowest_per_minute, "/min",
               fmt::format("slowest {:.0f} a minute, over 8 beats", counts.slowest_per_minute)));
  }
  for (std::size_t kind = 0; kind + 1 < beat_classes; ++kind) {
    const auto n = static_cast<double>(counts.beats[kind]);
    const double share = 100 * n / static_cast<double>(total);
    finding.statements.push_back(number("beats." + lower(letter_of(static_cast<Beat>(kind))), n, "1",
                                        fmt::format("{:.0f} {} ({:.2f} %)", n, names[kind], share)));
  }
}

void state_adaptation(const Counts& counts, Finding& finding) {
  const auto changed = static_cast<double>(counts.adapted);
  finding.statements.push_back(number(
      "adaptation", changed, "1",
      fmt::format("adapted to the patient without labels: {:.0f} beats are of another class than without", changed)));
}

void EpisodeSums::add(const std::vector<Episode>& episodes) {
  for (const Episode& episode : episodes) {
    Sum& sum = of_[episode.code];
    const double length = episode.end_seconds - episode.begin_seconds;
    ++sum.count;
    sum.seconds += length;
    sum.longest_seconds = std::max(sum.longest_seconds, length);
    sum.extreme_per_minute = more_extreme(episode.code, sum.extreme_per_minute, episode.extreme_per_minute);
  }
}

void EpisodeSums::state(double recorded_seconds, Finding& finding) const {
  for (const RhythmCode& code : rhythm_codes()) {
    const auto found = of_.find(std::string(code.code));
    if (found == of_.end()) continue;
    const Sum& sum = found->second;
    Statement statement =
        number("rhythm." + std::string(code.code), sum.count, "1",
               fmt::format("{}: {:.0f} time{}, {:.1f} s in all ({:.1f} % of what was recorded), the longest {:.1f} s",
                           code.text, sum.count, sum.count == 1 ? "" : "s", sum.seconds,
                           100 * sum.seconds / recorded_seconds, sum.longest_seconds));
    if (sum.extreme_per_minute > 0) {
      statement.text += fmt::format(", the {} {:.0f} a minute", code.code == "bradycardia" ? "slowest" : "fastest",
                                    sum.extreme_per_minute);
    }
    statement.text += "; not validated";
    finding.statements.push_back(std::move(statement));
  }
}

void warn_missing(double missing_seconds, double seconds, Finding& finding) {
  if (missing_seconds < 1) return;
  finding.warnings.push_back(
      {"quality", fmt::format("{:.1f} of {:.1f} s are missing: nothing is said of them", missing_seconds, seconds)});
}

}  // namespace galen::ecg
