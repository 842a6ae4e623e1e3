#include "tasks/ecg_rhythm/beat_sequence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tasks/ecg_rhythm/beat_features.h"
#include "tasks/ecg_rhythm/shape_history.h"
#include "tasks/ecg_rhythm/sudden_onset.h"

namespace galen::ecg {

bool all_normal(const BeatSequence& sequence) {
  for (std::size_t i = 0; i < sequence.targets.size(); ++i) {
    const auto kind = static_cast<Beat>(i % beat_classes);
    if (sequence.targets[i] > 0 && kind != Beat::normal && kind != Beat::none) return false;
  }
  return true;
}

bool is_irregular(const BeatSequence& sequence) {
  double sum = 0, beats = 0;
  for (std::size_t i = 0; i < sequence.features.size(); i += feature_count) {
    const auto features = sequence.features.subspan(i, feature_count);
    if (!(features[static_cast<std::size_t>(Feature::is_beat)] > 0)) continue;
    sum += features[static_cast<std::size_t>(Feature::uneven)], ++beats;
  }
  return sum > 0.5 * beats;
}

double SequenceView::usual_seconds(std::size_t beat) const {
  return usual_scale_seconds * std::exp(feature(beat, Feature::usual) / log_scale);
}

double SequenceView::ratio(std::size_t beat, Feature which) const {
  return std::exp(feature(beat, which) / log_scale);
}

void SequenceView::set_ratio(std::size_t beat, Feature which, double ratio) const {
  feature(beat, which) = static_cast<float>(std::clamp(log_scale * std::log(ratio), -most_log, most_log));
}

void SequenceView::set_interval_before(std::size_t beat, double ratio) const {
  if (feature(beat, Feature::any_before) >= feature(beat, Feature::before)) set_ratio(beat, Feature::any_before, ratio);
  set_ratio(beat, Feature::before, ratio);
}

void SequenceView::set_interval_behind(std::size_t beat, double ratio) const {
  if (feature(beat, Feature::any_next) >= feature(beat, Feature::next)) set_ratio(beat, Feature::any_next, ratio);
  set_ratio(beat, Feature::next, ratio);
}

void tell_intervals_anew(const SequenceView& view, std::initializer_list<Feature> told) {
  std::vector<std::size_t> heard;
  std::vector<double> seconds;
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_heard(beat)) continue;
    heard.push_back(beat);
    seconds.push_back(view.ratio(beat, Feature::before) * view.usual_seconds(beat));
  }
  std::vector<double> last = seconds;
  SuddenOnset onset;
  std::array<float, feature_count> features{};
  for (std::size_t i = 0; i < heard.size(); ++i) {
    last.push_back(seconds[i]);
    features[static_cast<std::size_t>(Feature::sudden)] = sudden_feature(onset.follow(seconds[i]));
    const std::size_t count = std::min(last.size(), told_intervals);
    tell_intervals(std::span(last).last(count), view.usual_seconds(heard[i]), features);
    for (const Feature one : told) view.feature(heard[i], one) = features[static_cast<std::size_t>(one)];
  }
}

void tell_shapes_anew(const SequenceView& view, Random& random) {
  ShapeHistory history(view.plan);
  const int times = random.chance(0.3) ? 1 : 2;
  for (int time = 0; time < times; ++time) {
    for (std::size_t beat = 0; beat < view.count(); ++beat) {
      if (!view.is_beat(beat)) continue;
      history.follow(view.complex(beat), view.features(beat), view.is_heard(beat));
    }
  }
}

}  // namespace galen::ecg
