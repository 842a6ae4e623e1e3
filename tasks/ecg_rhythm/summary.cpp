#include "tasks/ecg_rhythm/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "galen/base/text.h"

namespace galen::ecg {
namespace {

constexpr const char* loinc = "http://loinc.org";
constexpr float longest_interval_seconds = 10;  // longer: nothing was heard, in asystole or with electrodes off

constexpr std::array<std::string_view, beat_classes> names = {
    "normal beat", "supraventricular ectopic beat", "ventricular ectopic beat",
    "fusion beat", "unclassified or paced beat",    "no beat"};

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
  std::string text = counted(total, "beat");
  if (counts.waves > 0) {
    text += fmt::format(", without {} of ventricular flutter or fibrillation", counted(counts.waves, "wave"));
  }
  finding.statements.push_back(number("beats", static_cast<double>(total), "1", text));
  if (const double rate = counts.rate_per_minute(); !std::isnan(rate)) {
    finding.statements.push_back(
        number("rate", rate, "/min", fmt::format("mean heart rate {:.0f}/min", rate), {loinc, "8867-4", "Heart rate"}));
  }
  if (counts.fastest_per_minute > 0) {
    finding.statements.push_back(
        number("rate.fastest", counts.fastest_per_minute, "/min",
               fmt::format("fastest rate {:.0f}/min, over 8 beats", counts.fastest_per_minute)));
    finding.statements.push_back(
        number("rate.slowest", counts.slowest_per_minute, "/min",
               fmt::format("slowest rate {:.0f}/min, over 8 beats", counts.slowest_per_minute)));
  }
  for (std::size_t kind = 0; kind + 1 < beat_classes; ++kind) {
    const auto n = static_cast<double>(counts.beats[kind]);
    const double share = 100 * n / static_cast<double>(total);
    finding.statements.push_back(number(fmt::format("beats.{}", small_letter_of(static_cast<Beat>(kind))), n, "1",
                                        fmt::format("{} ({:.2f} %)", counted(counts.beats[kind], names[kind]), share)));
  }
}

void state_adaptation(const Counts& counts, Finding& finding) {
  finding.statements.push_back(
      number("adaptation", static_cast<double>(counts.adapted), "1",
             "adapting to the patient, without labels, changed the class of " + counted(counts.adapted, "beat")));
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
    Statement statement = number("rhythm." + std::string(code.code), static_cast<double>(sum.count), "1",
                                 fmt::format("{}: {}, {:.1f} s in all ({:.1f} % of recorded time), longest {:.1f} s",
                                             code.text, counted(sum.count, "episode"), sum.seconds,
                                             100 * sum.seconds / recorded_seconds, sum.longest_seconds));
    if (sum.extreme_per_minute > 0) {
      statement.text +=
          fmt::format(", {} {:.0f}/min", code.code == "bradycardia" ? "slowest" : "fastest", sum.extreme_per_minute);
    }
    statement.text += "; not validated";
    finding.statements.push_back(std::move(statement));
  }
}

void warn_missing(double missing_seconds, double seconds, Finding& finding) {
  if (missing_seconds < 1) return;
  finding.warnings.push_back(
      {"quality", fmt::format("{:.1f} of {:.1f} s are missing and were not analysed", missing_seconds, seconds)});
}

}  // namespace galen::ecg
