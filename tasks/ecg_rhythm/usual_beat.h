#pragma once
// What is usual for a patient: medians over a selection of the beats and intervals of the last minutes.
#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// Remembers several minutes, so that a run of ventricular beats does not become usual.
class UsualBeat {
 public:
  /// at_seconds, here and below: time in the recording, ascending.
  void learn_interval(double seconds, double at_seconds);
  /// For use where a different rhythm may begin.
  void forget_intervals() { intervals_ = {}; }
  /// crop: [lead_count, crop_samples].
  void learn_crop(std::vector<float> crop, double at_seconds);

  /// The median; 0.8 before anything is known.
  double interval_seconds() const;
  /// Sample-wise median, [lead_count, crop_samples]; empty before anything is known.
  const std::vector<float>& crop() const { return crop_; }
  /// Median peak-to-peak amplitude of each lead.
  const std::array<float, lead_count>& scale() const { return scale_; }

 private:
  template <class T>
  struct Kept {
    std::deque<T> values;
    double next_seconds = 0;  // once full, nothing more is kept before this
    void keep(T value, double at_seconds, std::size_t count, double every_seconds);
  };
  void take_medians();

  Kept<std::vector<float>> crops_;
  Kept<double> intervals_;
  std::vector<float> crop_;
  std::array<float, lead_count> scale_{};
  std::int64_t learned_ = 0, next_learned_ = 0;  // number of crops; at this number, medians are taken
};

}  // namespace galen::ecg
