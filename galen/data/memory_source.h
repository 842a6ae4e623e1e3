#pragma once
// Signals held in memory instead of a file.
#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "galen/base/error.h"
#include "galen/data/signal.h"

namespace galen {

/// Samples in memory: parsed from text, or synthetic. Channels may differ in length.
class MemorySource : public SampleSource {
 public:
  MemorySource(std::string where, std::vector<std::vector<float>> samples)
      : where_(std::move(where)), samples_(std::move(samples)) {}

  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override {
    if (channel >= samples_.size()) throw Error(where_, fmt::format("has no channel {}", channel));
    const auto length = static_cast<std::int64_t>(samples_[channel].size());
    if (begin < 0 || count < 0 || begin > length || count > length - begin) {
      throw Error(where_, "does not have these samples",
                  fmt::format("{} from {} on of channel {}, which has {}", count, begin, channel, length));
    }
    const auto from = samples_[channel].begin() + begin;
    return {from, from + count};
  }

 private:
  std::string where_;
  std::vector<std::vector<float>> samples_;
};

/// samples: [channel][sample], at least one channel, all of equal length.
inline Signal held_signal(std::vector<Channel> channels, double rate_hz, std::vector<std::vector<float>> samples) {
  Signal out;
  out.channels = std::move(channels);
  out.rate_hz = rate_hz;
  out.length = std::ssize(samples.front());
  out.source = std::make_shared<MemorySource>("signal", std::move(samples));
  return out;
}

}  // namespace galen
