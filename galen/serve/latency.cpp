#include "galen/serve/latency.h"

#include <algorithm>
#include <cmath>

namespace galen::serve {

constexpr double shortest = 1e-6, step = 1.02;

void LatencyHistogram::add(double seconds) {
  const double at = std::log(std::max(seconds, shortest) / shortest) / std::log(step);
  ++buckets_[std::min(static_cast<std::size_t>(at), buckets_.size() - 1)];
  ++count_;
  greatest_ = std::max(greatest_, seconds);
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  greatest_ = std::max(greatest_, other.greatest_);
}

LatencyHistogram LatencyHistogram::since(const LatencyHistogram& earlier) const {
  LatencyHistogram out = *this;
  for (std::size_t i = 0; i < buckets_.size(); ++i) out.buckets_[i] -= earlier.buckets_[i];
  out.count_ -= earlier.count_;
  return out;
}

double LatencyHistogram::quantile(double q) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= std::max<std::uint64_t>(wanted, 1) && i + 1 < buckets_.size()) {
      return std::min(greatest_, shortest * std::pow(step, static_cast<double>(i + 1)));
    }
  }
  return greatest_;
}

}  // namespace galen::serve
