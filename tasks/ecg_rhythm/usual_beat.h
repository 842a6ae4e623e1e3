#pragma once
// What is usual for a patient: medians of some of what the last minutes brought.
#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// Minutes are remembered, so that a run of ventricular beats does not become what is usual.
class UsualBeat {
 public:
  /// at_seconds, here and below: on the clock, rising.
  void learn_interval(double seconds, double at_seconds);
  /// Where another rhythm may begin.
  void forget_intervals() { intervals_ = {}; }
  /// crop: [lead_count, crop_samples].
  void learn_crop(std::vector<float> crop, double at_seconds);

  /// 0.8 before anything is known.
  double interval_seconds() const;
  /// [lead_count, crop_samples]; empty before anything is known.
  const std::vector<float>& crop() const { return crop_; }
  /// Peak-to-peak, of each lead.
  const std::array<float, lead_count>& scale() const { return scale_; }

 private:
  template <class T>
  struct Kept {
    std::deque<T> values;
    double next_seconds = 0;  // before it, nothing more is kept
    void keep(T value, double at_seconds, std::size_t count, double every_seconds);
  };
  void take_medians();

  Kept<std::vector<float>> crops_;
  Kept<double> intervals_;
  std::vector<float> crop_;
  std::array<float, lead_count> scale_{};
  std::int64_t learned_ = 0, next_learned_ = 0;  // crops; medians are taken next
};

}  // namespace galen::ecg
