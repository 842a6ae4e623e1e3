#pragma once
// A histogram of durations in bounded memory.
#include <array>
#include <cstdint>

namespace galen::serve {

/// Buckets of 2 % from 1 microsecond to about 10 minutes. Not thread-safe.
class LatencyHistogram {
 public:
  void add(double seconds);
  void add(const LatencyHistogram& other);
  /// What was added since an earlier copy of this histogram; greatest() remains that of all.
  LatencyHistogram since(const LatencyHistogram& earlier) const;
  std::uint64_t count() const { return count_; }
  double greatest() const { return greatest_; }
  /// The q-quantile of the durations in seconds, to within 2 %; 0 if there are none.
  double quantile(double q) const;

 private:
  std::array<std::uint64_t, 1024> buckets_{};
  std::uint64_t count_ = 0;
  double greatest_ = 0;
};

}  // namespace galen::serve
