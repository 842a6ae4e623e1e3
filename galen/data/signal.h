#pragma once
// A recording: channels sampled on one clock, a view of a file rather than a copy.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace galen {

struct Channel {
  std::string name;  ///< as in the file: "MLII", "PLETH"
  std::string unit;  ///< UCUM where known: "mV"; empty: not stated
  /// Samples of this channel per sample of the signal: its rate is this multiple of the signal's, and sample i of the
  /// signal coincides with sample i * samples_per_frame of the channel.
  int samples_per_frame = 1;
};

/// Provides samples as physical values; missing ones are NaN. Thread-safe.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Reads count samples of a channel at its own rate, from begin on. Errors: outside the recording, a damaged file.
  virtual std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const = 0;
};

/// A stretch in which nothing was recorded, in samples of the signal.
struct Gap {
  std::int64_t begin = 0, count = 0;
};

struct Signal {
  std::vector<Channel> channels;
  double rate_hz = 0;
  std::int64_t length = 0;  ///< samples per channel, at rate_hz
  std::string started_at;   ///< ISO 8601; empty: not stated
  std::shared_ptr<const SampleSource> source;
  std::vector<Gap> gaps = {};             ///< their samples are NaN
  std::vector<std::string> remarks = {};  ///< what the file leaves open and how it was interpreted, for the Finding

  double seconds() const { return rate_hz > 0 ? static_cast<double>(length) / rate_hz : 0; }
};

}  // namespace galen
