#pragma once
// Missing samples are NaN: what works on a signal without gaps is given the stretches between them.
#include <cmath>
#include <cstddef>
#include <span>

namespace galen {

/// Calls use(begin, stretch) for each longest run of finite samples, in order; begin is its place in samples.
template <class Use>
void for_each_finite_stretch(std::span<const float> samples, Use use) {
  for (std::size_t begin = 0; begin < samples.size();) {
    std::size_t end = begin;
    while (end < samples.size() && std::isfinite(samples[end])) ++end;
    if (end > begin) use(begin, samples.subspan(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace galen
