#pragma once
// Detects channels without a signal: reported off by the sender, or missing or flat for a while.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen::serve {

class LeadWatch {
 public:
  /// A channel is off once it has been missing or constant for off_seconds.
  LeadWatch(double rate_hz, const std::vector<Channel>& channels, double off_seconds = 2);

  /// A change in which channels are off, with the sample that decided it, counted from the start of the stream.
  struct Change {
    std::int64_t sample = 0;
    int off = 0;        ///< number of channels that are off now
    std::string names;  ///< "II, V1"
  };
  /// samples[channel][i]. Changes are in order of time.
  std::vector<Change> push(std::span<const std::vector<float>> samples);
  /// Nothing was recorded: a gap counts neither as flat nor as missing.
  void gap(std::int64_t samples);
  /// The sender's report on an electrode. False: there is no such channel.
  bool tell(const std::string& channel, bool off, std::vector<Change>& changes);

 private:
  struct Watched {
    std::string name;
    float last = 0;
    std::int64_t still = 0;  // samples in a row that were unchanged or missing
    bool off = false, told = false;
  };
  Change change_at(std::int64_t sample) const;

  std::vector<Watched> channels_;
  std::int64_t limit_, received_ = 0;
};

}  // namespace galen::serve
