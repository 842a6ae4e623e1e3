#pragma once
#include <algorithm>
#include <span>
#include <vector>

namespace galen {

/// The middle value, or the greater of the two middle ones if the count is even: always one of the values. Needs at
/// least one value; reorders them.
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

/// The upper median of each column of a row-major table with that many columns, for all columns at once. Changes the
/// table. Needs at least one row; no NaN.
std::vector<float> upper_medians(std::span<float> table, std::size_t columns);

}  // namespace galen
