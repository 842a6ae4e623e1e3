#pragma once
// A training sequence of beats, which the simulated rhythms change in place.
#include <initializer_list>
#include <span>

#include "galen/base/random.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// A sequence as network input: crops [beat, 2 lead_count, crop_samples], features [beat, feature_count], targets
/// [beat, beat_classes].
struct BeatSequence {
  std::span<float> crops, features, targets;
};

/// Whether all its beats are normal; there may also be candidates that are not beats.
bool all_normal(const BeatSequence& sequence);
/// Whether successive intervals differ so much, by an eighth of the usual one on average, that no beat can be called
/// early.
bool is_irregular(const BeatSequence& sequence);

/// Access to a sequence beat by beat, to change it.
struct SequenceView {
  const BeatSequence& sequence;
  const BeatPlan& plan;

  std::size_t count() const { return sequence.features.size() / feature_count; }
  float& feature(std::size_t beat, Feature which) const {
    return sequence.features[beat * feature_count + static_cast<std::size_t>(which)];
  }
  bool is_beat(std::size_t beat) const { return feature(beat, Feature::is_beat) > 0; }
  bool is(std::size_t beat, Beat kind) const {
    return sequence.targets[beat * beat_classes + static_cast<std::size_t>(kind)] > 0;
  }
  bool is_heard(std::size_t beat) const { return is_beat(beat) && !is(beat, Beat::none); }
  std::span<float> crop(std::size_t beat, std::size_t lead, bool usual = false) const {
    const auto length = static_cast<std::size_t>(plan.crop_samples);
    return complex(beat, usual).subspan(lead * length, length);
  }
  // Both leads: [lead_count, crop_samples].
  std::span<float> complex(std::size_t beat, bool usual = false) const {
    const auto length = lead_count * static_cast<std::size_t>(plan.crop_samples);
    return sequence.crops.subspan((2 * beat + (usual ? 1 : 0)) * length, length);
  }
  std::span<float> usual_complex(std::size_t beat) const { return complex(beat, true); }
  std::span<float> features(std::size_t beat) const {
    return sequence.features.subspan(beat * feature_count, feature_count);
  }
  double seconds_of(std::size_t i) const {
    return (static_cast<double>(i) - static_cast<double>(plan.crop_before)) / plan.crop_rate_hz;
  }
  double usual_seconds(std::size_t beat) const;
  double ratio(std::size_t beat, Feature which) const;
  void set_ratio(std::size_t beat, Feature which, double ratio) const;
  // If there is another candidate in between, usually a T wave, the interval to that one is left as it is.
  void set_interval_before(std::size_t beat, double ratio) const;
  void set_interval_behind(std::size_t beat, double ratio) const;
};

/// Recomputes these features of the last intervals after intervals were changed. The intervals before the sequence are
/// taken to be those of the sequence itself.
void tell_intervals_anew(const SequenceView& view, std::initializer_list<Feature> told);
/// Recomputes onset and offset after crops or intervals were changed, with a past like the sequence itself or,
/// sometimes, with none.
void tell_shapes_anew(const SequenceView& view, Random& random);

}  // namespace galen::ecg
