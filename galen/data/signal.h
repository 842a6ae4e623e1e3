#pragma once
// What a recording means: channels sampled at one rate, a window on a file and not a copy of it.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace galen {

struct Channel {
  std::string name;  ///< as in the file: "MLII", "PLETH"
  std::string unit;  ///< UCUM where known: "mV"; empty: not stated
};

/// Gives samples as physical values; missing ones are NaN.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// count samples of a channel from begin on. Errors: outside the recording, file damaged.
  virtual std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const = 0;
};

struct Signal {
  std::vector<Channel> channels;
  double rate_hz = 0;
  std::int64_t length = 0;  ///< samples per channel
  std::string started_at;   ///< ISO 8601; empty: not stated
  std::shared_ptr<const SampleSource> source;

  double seconds() const { return rate_hz > 0 ? static_cast<double>(length) / rate_hz : 0; }
};

}  // namespace galen
