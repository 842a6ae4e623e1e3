#pragma once
// A histogram of durations in bounded memory.
#include <array>
#include <cstdint>

namespace galen::serve {

/// Buckets of 2 % from 1 microsecond to about 10 minutes. Not safe from several threads.
class LatencyHistogram {
 public:
  void add(double seconds);
  void add(const LatencyHistogram& other);
  /// What was added behind an earlier copy of this one; greatest() is that of all.
  LatencyHistogram since(const LatencyHistogram& earlier) const;
  std::uint64_t count() const { return count_; }
  double greatest() const { return greatest_; }
  /// The duration in seconds that the fraction q of all do not exceed, to within 2 %; 0 without any.
  double quantile(double q) const;

 private:
  std::array<std::uint64_t, 1024> buckets_{};
  std::uint64_t count_ = 0;
  double greatest_ = 0;
};

}  // namespace galen::serve
