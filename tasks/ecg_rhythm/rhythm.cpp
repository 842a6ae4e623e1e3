#include "tasks/ecg_rhythm/rhythm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "galen/base/error.h"
#include "galen/prep/complexity.h"

namespace galen::ecg {
namespace {

constexpr int most_repeats = 64;
constexpr std::size_t kept_beats = 3 * most_repeats;  // enough for a trigeminy
constexpr double least_tolerance_seconds = 0.03;
constexpr std::size_t least_matches = 6;  // of templates, needed for an entropy (Lake and Moorman 2011)
constexpr int least_intervals = 12;       // needed for an entropy

constexpr std::array codes = {
    RhythmCode{"vf", "ventricular flutter or fibrillation", "high"},
    RhythmCode{"asystole", "asystole", "high"},
    RhythmCode{"vt", "ventricular tachycardia", "high"},
    RhythmCode{"v_run", "run of ventricular beats", "medium"},
    RhythmCode{"pause", "pause", "medium"},
    RhythmCode{"bradycardia", "bradycardia", "medium"},
    RhythmCode{"tachycardia", "tachycardia", "low"},
    RhythmCode{"svta", "run of supraventricular beats", "low"},
    RhythmCode{"afib", "atrial fibrillation", "low"},
    RhythmCode{"bigeminy", "ventricular bigeminy", "low"},
    RhythmCode{"trigeminy", "ventricular trigeminy", "low"},
};

struct Number {
  const char* name;
  double RhythmRules::* field;
  double least, most;
};
constexpr std::array numbers = {
    Number{"pause_seconds", &RhythmRules::pause_seconds, 0.5, 1000},
    Number{"asystole_seconds", &RhythmRules::asystole_seconds, 0.5, 1000},
    Number{"brady_per_minute", &RhythmRules::brady_per_minute, 0, 1000},
    Number{"tachy_per_minute", &RhythmRules::tachy_per_minute, 0, 1000},
    Number{"rate_hysteresis", &RhythmRules::rate_hysteresis, 0, 1000},
    Number{"vt_per_minute", &RhythmRules::vt_per_minute, 0, 1000},
    Number{"svta_per_minute", &RhythmRules::svta_per_minute, 0, 1000},
    Number{"afib_entropy", &RhythmRules::afib_entropy, -1000, 1000},
    Number{"vf_leakage", &RhythmRules::vf_leakage, 0, 1000},
    Number{"vf_away", &RhythmRules::vf_away, 0, 1000},
};
struct Count {
  const char* name;
  int RhythmRules::* field;
  int least;
};
constexpr std::array counts = {
    Count{"rate_beats", &RhythmRules::rate_beats, 2},
    Count{"run_beats", &RhythmRules::run_beats, 2},
    Count{"pattern_repeats", &RhythmRules::pattern_repeats, 2},
    Count{"afib_beats", &RhythmRules::afib_beats, least_intervals},
};

}  // namespace

std::span<const RhythmCode> rhythm_codes() {
  return codes;
}

const RhythmCode& rhythm_code(std::string_view code) {
  const auto found = std::ranges::find(codes, code, &RhythmCode::code);
  if (found == codes.end()) throw defect("rhythm", fmt::format("there is no condition '{}'", code));
  return *found;
}

double more_extreme(std::string_view code, double first, double second) {
  if (first == 0 || second == 0) return first + second;
  return code == "bradycardia" ? std::min(first, second) : std::max(first, second);
}

Json to_json(const RhythmRules& rules) {
  Json out = Json::object();
  for (const Number& number : numbers) out[number.name] = rules.*number.field;
  for (const Count& count : counts) out[count.name] = rules.*count.field;
  return out;
}

RhythmRules rules_from_json(const JsonView& json) {
  std::apply([&](const auto&... known) { json.only({known.name...}); }, std::tuple_cat(numbers, counts));
  RhythmRules out;
  for (const auto& [name, field, least, most] : numbers) {
    out.*field = json.get(name, out.*field);
    if (!(out.*field >= least && out.*field <= most)) {
      throw Error(json.where() + "." + name, "is out of range", {}, fmt::format("{} to {}", least, most));
    }
  }
  for (const auto& [name, field, least] : counts) {
    out.*field = json.get(name, out.*field);
    if (out.*field < least || out.*field > most_repeats) {
      throw Error(json.where() + "." + name, "is out of range", {}, fmt::format("{} to {}", least, most_repeats));
    }
  }
  return out;
}

double coefficient_of_sample_entropy(std::span<const double> intervals) {
  if (std::ssize(intervals) < least_intervals) return std::nan("");
  constexpr double rounding = 1 + 1e-9;
  const auto usual = galen::coefficient_of_sample_entropy(intervals, least_tolerance_seconds * rounding, least_matches);
  if (usual) return *usual;
  const double enough = least_tolerance(intervals, least_matches).value();
  return galen::coefficient_of_sample_entropy(intervals, enough * rounding).value();
}

double RhythmTracker::rate_of_last(std::size_t intervals) const {
  const double seconds = beats_.back().at_seconds - beats_[beats_.size() - 1 - intervals].at_seconds;
  return 60 * static_cast<double>(intervals) / seconds;
}

// Opens or closes a condition; one that is open already goes on. Its beginning and its end may lie in the past.
void RhythmTracker::set(const std::string& code, bool holds, double begin, double end, double value,
                        std::vector<Change>& out) {
  const auto open = open_.find(code);
  if (holds && open == open_.end()) {
    if (const auto ended = ended_.find(code); ended != ended_.end()) begin = std::max(begin, ended->second);
    const auto inside = std::ranges::count_if(beats_, [&](const TimedBeat& b) { return b.at_seconds >= begin; });
    open_[code] = {begin, value, count_ - inside};
    out.push_back({code, true, begin, value});
  } else if (holds) {
    open->second.extreme = more_extreme(code, open->second.extreme, value);
  } else if (open != open_.end()) {
    const Open& was = open->second;
    const auto behind = std::ranges::count_if(beats_, [&](const TimedBeat& b) { return b.at_seconds > end; });
    const auto beats = static_cast<int>(count_ - behind - was.before);
    const double seconds = end - was.begin;
    const double rate = beats > 1 && seconds > 0 ? 60 * (beats - 1) / seconds : 0;
    episodes_.push_back({code, was.begin, end, rate, rate > 0 ? was.extreme : 0, beats});
    ended_[code] = end;
    open_.erase(open);
    out.push_back({code, false, end, value});
  }
}

void RhythmTracker::beat(const TimedBeat& beat, std::vector<Change>& out) {
  if (suspended_) return;
  silence(beat.at_seconds, out);
  for (const char* code : {"asystole", "pause"}) {
    set(code, false, 0, beat.at_seconds, beat.at_seconds - last_seconds_, out);
  }
  if (!beats_.empty()) {
    const double interval = beat.at_seconds - beats_.back().at_seconds;
    const bool near_ectopic = beat.beat == Beat::ventricular || beats_.back().beat == Beat::ventricular;
    if (!near_ectopic && interval < rules_.pause_seconds) normal_.push_back(interval);
    if (std::ssize(normal_) > rules_.afib_beats) normal_.pop_front();
  }
  last_seconds_ = beat.at_seconds;
  ++count_;
  beats_.push_back(beat);
  if (beats_.size() > kept_beats) beats_.pop_front();
  follow_runs(out);
  follow_patterns(out);
  follow_rate(out);
  follow_fibrillation(out);
}

void RhythmTracker::follow_runs(std::vector<Change>& out) {
  const auto run_of = [&](Beat kind) {
    std::size_t n = 0;
    while (n < beats_.size() && beats_[beats_.size() - 1 - n].beat == kind) ++n;
    return n;
  };
  const double now = beats_.back().at_seconds;
  const double before = beats_.size() > 1 ? beats_[beats_.size() - 2].at_seconds : now;
  for (const Beat kind : {Beat::ventricular, Beat::supraventricular}) {
    const std::size_t n = run_of(kind);
    const bool runs = std::cmp_greater_equal(n, rules_.run_beats);
    const double first = runs ? beats_[beats_.size() - n].at_seconds : now;
    const double rate = runs ? rate_of_last(std::min<std::size_t>(n - 1, 8)) : 0;
    if (kind == Beat::supraventricular) {
      // In atrial fibrillation, supraventricular beats cannot be distinguished from others.
      const double least = rules_.svta_per_minute - (open_.contains("svta") ? rules_.rate_hysteresis : 0);
      const bool fast = runs && rate >= least && !open_.contains("afib");
      set("svta", fast, first, before, rate, out);
    } else if (runs) {
      follow_speed(first, rate, out);
    } else {
      for (const char* code : {"vt", "v_run"}) set(code, false, 0, before, 0, out);
    }
  }
}

// A run of V changes between v_run and vt only if the beats before the change and those since then are each a run. One
// that becomes fast earlier than that was a tachycardia from its beginning.
void RhythmTracker::follow_speed(double first, double rate, std::vector<Change>& out) {
  const bool was_fast = open_.contains("vt");
  const std::string old = was_fast ? "vt" : "v_run", other = was_fast ? "v_run" : "vt";
  const auto open = open_.find(old);
  if (open == open_.end()) return set(rate >= rules_.vt_per_minute ? "vt" : "v_run", true, first, 0, rate, out);
  const auto least = static_cast<std::size_t>(rules_.run_beats);
  const bool both_run = count_ - open->second.before >= 2 * rules_.run_beats;
  const double recent = rate_of_last(least - 1), back = rules_.vt_per_minute - rules_.rate_hysteresis;
  const bool slower = rate < back && recent < back;
  const bool faster = rate >= rules_.vt_per_minute && (recent >= rules_.vt_per_minute || !both_run);
  if (!(was_fast ? slower && both_run : faster)) return set(old, true, 0, 0, rate, out);
  double since = open->second.begin;
  if (both_run) {
    set(old, false, 0, beats_[beats_.size() - 1 - least].at_seconds, 0, out);
    since = beats_[beats_.size() - least].at_seconds;
  } else {
    open_.erase(open);  // it does not count as an episode
    out.push_back({old, false, since, 0});
  }
  set(other, true, since, 0, rate, out);
}

// Bigeminy: N V N V N V; trigeminy: N N V N N V N N V. It ends with the first beat that does not fit.
void RhythmTracker::follow_patterns(std::vector<Change>& out) {
  const auto is_v = [&](std::size_t back) { return beats_[beats_.size() - 1 - back].beat == Beat::ventricular; };
  for (const std::size_t period : {std::size_t{2}, std::size_t{3}}) {
    const std::string code = period == 2 ? "bigeminy" : "trigeminy";
    const std::size_t needed = period * static_cast<std::size_t>(rules_.pattern_repeats);
    bool fits = false;
    if (beats_.size() >= needed) {
      for (std::size_t phase = 0; phase < period && !fits; ++phase) {
        fits = true;
        for (std::size_t back = 0; back < needed && fits; ++back) fits = is_v(back) == (back % period == phase);
      }
    }
    const double now = beats_.back().at_seconds;
    const double begin = fits ? beats_[beats_.size() - needed].at_seconds : now;
    const double end = beats_.size() > 1 ? beats_[beats_.size() - 2].at_seconds : now;
    set(code, fits, begin, end, fits ? rate_of_last(needed - 1) : 0, out);
  }
}

void RhythmTracker::follow_rate(std::vector<Change>& out) {
  const auto intervals = static_cast<std::size_t>(rules_.rate_beats);
  if (beats_.size() <= intervals) return;
  const double rate = rate_of_last(intervals), now = beats_.back().at_seconds;
  const double begin = beats_[beats_.size() - 1 - intervals].at_seconds;
  const double back = rules_.rate_hysteresis;
  const bool slow = open_.contains("bradycardia"), fast = open_.contains("tachycardia");
  set("bradycardia", rate < rules_.brady_per_minute + (slow ? back : 0), begin, now, rate, out);
  set("tachycardia", rate > rules_.tachy_per_minute - (fast ? back : 0), begin, now, rate, out);
}

void RhythmTracker::follow_fibrillation(std::vector<Change>& out) {
  if (std::ssize(normal_) < rules_.afib_beats) return;
  const std::vector<double> intervals(normal_.begin(), normal_.end());
  const double entropy = coefficient_of_sample_entropy(intervals);
  const double now = beats_.back().at_seconds;
  // An episode begins about where the judged intervals begin. It ends half of them ago: the earlier half may still
  // belong to it.
  double half = 0;
  for (std::size_t i = intervals.size() / 2; i < intervals.size(); ++i) half += intervals[i];
  set("afib", entropy > rules_.afib_entropy, std::max(0.0, now - 2 * half), std::max(0.0, now - half),
      rate_of_last(std::min<std::size_t>(beats_.size() - 1, 8)), out);
}

void RhythmTracker::silence(double until_seconds, std::vector<Change>& out) {
  if (suspended_) return;
  const double seconds = until_seconds - last_seconds_;
  const auto begins = [&](const char* code, double limit) { return seconds > limit && !open_.contains(code); };
  if (begins("pause", rules_.pause_seconds)) set("pause", true, last_seconds_, 0, seconds, out);
  if (begins("asystole", rules_.asystole_seconds)) {
    set("asystole", true, last_seconds_, 0, seconds, out);
    for (const char* code : {"vt", "v_run", "svta", "bigeminy", "trigeminy", "tachycardia"}) {
      set(code, false, 0, last_seconds_, 0, out);
    }
    beats_.clear();
    normal_.clear();
  }
}

void RhythmTracker::gap(double from_seconds, double until_seconds, std::vector<Change>& out) {
  silence(from_seconds, out);
  close_all(from_seconds, out);
  last_seconds_ = until_seconds;
}

void RhythmTracker::suspend(double at_seconds, std::vector<Change>& out) {
  silence(at_seconds, out);
  close_all(at_seconds, out);
  suspended_ = true;
}

void RhythmTracker::resume(double at_seconds) {
  suspended_ = false;
  last_seconds_ = std::max(last_seconds_, at_seconds);  // a gap may end later
}

void RhythmTracker::finish(double until_seconds, std::vector<Change>& out) {
  silence(until_seconds, out);
  close_all(until_seconds, out);
  std::ranges::stable_sort(episodes_, {}, &Episode::begin_seconds);
}

void RhythmTracker::close_all(double at, std::vector<Change>& out) {
  while (!open_.empty()) set(std::string(open_.begin()->first), false, 0, at, 0, out);
  beats_.clear();
  normal_.clear();
}

}  // namespace galen::ecg
