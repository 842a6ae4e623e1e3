#pragma once
// What the parts of hrv.cpp share.
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tasks/ecg_rhythm/hrv.h"

namespace galen::ecg {

constexpr double hrv_window_s = 300;  ///< for SDANN, the SDNN index and short-term spectra

/// The N-N intervals, each at the time of the beat that ends it.
struct NnSeries {
  std::vector<double> time_s, ms;
  std::vector<bool> adjacent;  ///< whether it directly follows the interval before it
  std::size_t size() const { return ms.size(); }
};

/// The intervals [first, last) with begin <= time < begin + length.
std::pair<std::size_t, std::size_t> within(const NnSeries& series, double begin_s, double length_s);

struct SampleMoments {
  double mean = 0, deviation = 0;  ///< the deviation with n - 1
};
/// NaN where there are no values.
SampleMoments moments_of(std::span<const double> values);

/// Collects measures. While there is an obstacle, the measures added are absent, for that reason.
class HrvCollector {
 public:
  explicit HrvCollector(Hrv& hrv) : hrv_(&hrv) {}

  /// From here on the obstacle is the first reason that is not empty; if all are empty there is none.
  void obstacle(std::initializer_list<std::string> reasons);
  bool clear() const { return obstacle_.empty(); }
  void add(std::string_view name, std::string_view unit, std::optional<double> value, std::string_view otherwise = {});

 private:
  Hrv* hrv_;
  std::string obstacle_;
};

// Each returns a reason for absence, or an empty string.
std::string too_few(std::size_t needed, std::size_t found);
std::string too_short(double needed_s, double found_s);
std::string too_many_left_out(const Hrv& hrv, double most);

void add_time_domain(const NnSeries& series, const Hrv& hrv, HrvCollector& out);
void add_frequency_domain(const NnSeries& series, const Hrv& hrv, HrvCollector& out);
void add_nonlinear(const NnSeries& series, const Hrv& hrv, HrvCollector& out);

}  // namespace galen::ecg
