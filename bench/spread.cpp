#include "bench/spread.h"

#include <algorithm>

#include "galen/base/error.h"

namespace galen::bench {

Spread spread_of(std::vector<double> values) {
  if (values.empty()) throw defect("benchmark", "measured nothing");
  std::ranges::sort(values);
  const std::size_t n = values.size();
  return {.median = (values[(n - 1) / 2] + values[n / 2]) / 2,
          .low = values.front(),
          .high = values.back(),
          .n = static_cast<int>(n)};
}

}  // namespace galen::bench
