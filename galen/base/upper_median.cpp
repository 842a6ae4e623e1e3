#include "galen/base/upper_median.h"

namespace galen {
namespace {

// Puts the lesser value of each column in the first row and the greater in the second.
void exchange(float* first, float* second, std::size_t columns) {
  for (std::size_t i = 0; i < columns; ++i) {
    const float a = first[i], b = second[i];
    first[i] = std::min(a, b);
    second[i] = std::max(a, b);
  }
}

}  // namespace

// Rows are sorted by a sorting network, whose comparisons do not depend on the values, so that all columns are
// processed side by side: Batcher's merge exchange, Knuth, The Art of Computer Programming 3, algorithm 5.2.2M.
std::vector<float> upper_medians(std::span<float> table, std::size_t columns) {
  const std::size_t rows = table.size() / columns;
  const auto row = [&](std::size_t i) { return table.data() + i * columns; };
  for (std::size_t p = 1; p < rows; p *= 2) {
    for (std::size_t k = p; k >= 1; k /= 2) {
      for (std::size_t j = k % p; j + k < rows; j += 2 * k) {
        for (std::size_t i = j; i < std::min(j + k, rows - k); ++i) {
          if (i / (2 * p) == (i + k) / (2 * p)) exchange(row(i), row(i + k), columns);
        }
      }
    }
  }
  const float* middle = row(rows / 2);
  return {middle, middle + columns};
}

}  // namespace galen
