#pragma once
// What stream filters have in common, and their use on a whole recording.
#include <concepts>
#include <limits>
#include <span>
#include <vector>

namespace galen {

/// A stream filter: output i belongs to input i - delay().
template <class Filter>
concept StreamFilter = requires(Filter filter, std::span<const float> in, std::span<float> out) {
  { filter.delay() } -> std::convertible_to<int>;
  filter.process(in, out);
};

/// Filters a whole recording with a stream filter in its initial state: output i belongs to input i. It is the stream's
/// output, shifted by the delay; samples after the end count as missing.
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
