#include "tasks/ecg_rhythm/ec57.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "galen/base/error.h"

namespace galen::ecg {
namespace {

constexpr double window_seconds = 0.15;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

BeatCounts& BeatCounts::operator+=(const BeatCounts& other) {
  for (std::size_t row = 0; row < beat_classes; ++row) {
    for (std::size_t column = 0; column < beat_classes; ++column) counts[row][column] += other.counts[row][column];
  }
  return *this;
}

double BeatCounts::beats(Beat truth) const {
  const auto& row = counts[static_cast<std::size_t>(truth)];
  return std::accumulate(row.begin(), row.end(), 0.0);
}

double BeatCounts::qrs_sensitivity() const {
  double found = 0, all = 0;
  for (std::size_t row = 0; row + 1 < beat_classes; ++row) {
    const double beats_here = beats(static_cast<Beat>(row));
    all += beats_here;
    found += beats_here - counts[row].back();
  }
  return ratio(found, all);
}

double BeatCounts::qrs_ppv() const {
  double found = 0;
  for (std::size_t row = 0; row + 1 < beat_classes; ++row) found += beats(static_cast<Beat>(row)) - counts[row].back();
  return ratio(found, found + beats(Beat::none));
}

double BeatCounts::sensitivity(Beat beat) const {
  return ratio(at(beat, beat), beats(beat));
}

double BeatCounts::ppv(Beat beat) const {
  double called = 0;
  for (std::size_t row = 0; row < beat_classes; ++row) {
    const Beat truth = static_cast<Beat>(row);
    const bool spared = truth == Beat::unclassified || (truth == Beat::fusion && beat == Beat::ventricular);
    if (truth == beat || !spared) called += at(truth, beat);
  }
  return ratio(at(beat, beat), called);
}

double BeatCounts::f1(Beat beat) const {
  const double se = sensitivity(beat), p = ppv(beat);
  if (std::isnan(se)) return se;
  return std::isnan(p) || se + p == 0 ? 0 : 2 * se * p / (se + p);
}

double BeatCounts::accuracy() const {
  double right = 0, all = 0;
  for (std::size_t row = 0; row + 1 < beat_classes; ++row) {
    right += counts[row][row];
    all += beats(static_cast<Beat>(row)) - counts[row].back();
  }
  return ratio(right, all);
}

Json to_json(const BeatCounts& counts) {
  return counts.counts;
}

BeatCounts beat_counts_from_json(const JsonView& json) {
  BeatCounts out;
  const auto rows = json.as<std::vector<std::vector<double>>>();
  const auto fits = [](const std::vector<double>& row) {
    return row.size() == beat_classes && std::ranges::all_of(row, [](double n) { return n >= 0; });
  };
  if (rows.size() != beat_classes || !std::ranges::all_of(rows, fits))
    throw Error(json.where(), "is no table of beats");
  for (std::size_t row = 0; row < beat_classes; ++row) std::ranges::copy(rows[row], out.counts[row].begin());
  return out;
}

BeatCounts compare_beats(const Truth& truth, const std::vector<GivenBeat>& given, double rate_hz, std::int64_t begin) {
  const double window = window_seconds * rate_hz;
  const auto margin = static_cast<std::int64_t>(window);
  const auto counted = [&](std::int64_t sample) { return sample >= begin && !truth.in_flutter(sample, margin); };
  // All beats are paired, so that one near a border finds its partner; only then are those outside left out.
  std::vector<std::int64_t> places;
  for (const GivenBeat& beat : given) places.push_back(beat.sample);
  const std::vector<std::int64_t> partners = matched(truth.beats, places, window);
  BeatCounts out;
  std::vector<bool> paired(given.size(), false);
  for (std::size_t i = 0; i < truth.beats.size(); ++i) {
    const TrueBeat& beat = truth.beats[i];
    if (partners[i] >= 0) paired[static_cast<std::size_t>(partners[i])] = true;
    if (!counted(beat.sample)) continue;
    ++out.at(beat.beat, partners[i] < 0 ? Beat::none : given[static_cast<std::size_t>(partners[i])].beat);
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!paired[i] && counted(given[i].sample)) ++out.at(Beat::none, given[i].beat);
  }
  return out;
}

}  // namespace galen::ecg
