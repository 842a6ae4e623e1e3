#pragma once
// What filters of streams have in common, so that a file is a stream that is there at once.
#include <concepts>
#include <limits>
#include <span>
#include <vector>

namespace galen {

/// A filter of streams: output i belongs to input i - delay().
template <class Filter>
concept StreamFilter = requires(Filter filter, std::span<const float> in, std::span<float> out) {
  { filter.delay() } -> std::convertible_to<int>;
  filter.process(in, out);
};

/// A whole recording through a filter of streams, which is in its first state: output i belongs to input i. It is the
/// stream's output, shifted; what lies behind the end is missing.
template <StreamFilter Filter>
std::vector<float> filtered(Filter filter, std::span<const float> samples) {
  const std::size_t delay = static_cast<std::size_t>(filter.delay());
  std::vector<float> all(samples.begin(), samples.end());
  all.resize(samples.size() + delay, std::numeric_limits<float>::quiet_NaN());
  filter.process(all, all);
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(delay));
  return all;
}

}  // namespace galen
