#pragma once
// Summarises the times of repeated runs.
#include <chrono>
#include <vector>

namespace galen::bench {

struct Spread {
  double median = 0, low = 0, high = 0;  ///< low and high: minimum and maximum
  int n = 0;
};

/// Errors (defect): no values.
Spread spread_of(std::vector<double> values);

/// The wall-clock seconds that f takes.
template <class F>
double seconds_of(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace galen::bench
