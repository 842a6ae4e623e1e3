#pragma once
#include <cmath>
#include <limits>
#include <memory>

#include "galen/data/signal.h"

namespace galen {

/// A sine in each channel, with every hundredth sample missing.
class SineSource : public SampleSource {
 public:
  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override {
    std::vector<float> out;
    for (std::int64_t i = begin; i < begin + count; ++i) {
      const double value = 3 * std::sin(static_cast<double>(i) / (7.0 + static_cast<double>(channel)));
      out.push_back(i % 100 == 99 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value));
    }
    return out;
  }
};

inline Signal made_signal(std::int64_t length) {
  return {.channels = {{"II", "mV", 1}, {"PLETH 2", "1", 4}, {"ABP", "mm[Hg]", 1}},
          .rate_hz = 62.4725,
          .length = length,
          .started_at = {},
          .source = std::make_shared<const SineSource>()};
}

}  // namespace galen
