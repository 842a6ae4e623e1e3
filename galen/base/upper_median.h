#pragma once
#include <algorithm>
#include <span>
#include <vector>

namespace galen {

/// The middle value, and the greater of the two where their number is even: always one of them. At least one value;
/// their order changes.
template <class T>
T upper_median_in_place(std::span<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

template <class T>
T upper_median(std::vector<T> values) {
  return upper_median_in_place(std::span(values));
}

/// The upper median of each column of a table of that many columns, row by row; all its columns at once. The rows are
/// changed. At least one row; no NaN.
std::vector<float> upper_medians(std::span<float> table, std::size_t columns);

}  // namespace galen
