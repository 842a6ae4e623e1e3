#pragma once
// Which channels carry no signal: the sender says so, or they are missing or flat for long.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen::serve {

class LeadWatch {
 public:
  /// A channel is off once it was missing, or held one value, for off_seconds.
  LeadWatch(double rate_hz, const std::vector<Channel>& channels, double off_seconds = 2);

  /// A change of the channels that are off, with the sample that decided it, counted from the stream's beginning.
  struct Change {
    std::int64_t sample = 0;
    int off = 0;        ///< how many there are now
    std::string names;  ///< "II, V1"
  };
  /// samples[channel][i]. Changes are in the order of time.
  std::vector<Change> push(std::span<const std::vector<float>> samples);
  /// Nothing was recorded: neither flat nor missing is counted over it.
  void gap(std::int64_t samples);
  /// False: there is no such channel.
  bool tell(const std::string& channel, bool off, std::vector<Change>& changes);

 private:
  struct Watched {
    std::string name;
    float last = 0;
    std::int64_t still = 0;  // samples that were as the last, or missing
    bool off = false, told = false;
  };
  Change change_at(std::int64_t sample) const;

  std::vector<Watched> channels_;
  std::int64_t limit_, received_ = 0;
};

}  // namespace galen::serve
