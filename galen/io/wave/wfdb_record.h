#pragma once
// A WFDB record of one or several segments (header(5), "Multi-segment records").
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "galen/data/signal.h"
#include "galen/io/wave/wfdb_segment.h"

namespace galen {

/// The channels are those of its layout segment, of its first segment, or its own. If its header states no start, that
/// of the first segment is used. Segments are opened on first use. Thread-safe.
class WfdbRecord : public SampleSource {
 public:
  /// path: the header. Errors: an inconsistent header; segments that do not add up to its length.
  WfdbRecord(const fs::path& path, const Limits& limits);

  const WfdbHeader& header() const { return header_; }
  const std::vector<WfdbSignal>& signals() const { return signals_; }
  std::int64_t length() const { return length_; }
  /// Opens every segment and returns remarks on what they leave open. Errors: of the first segment that is missing or
  /// does not fit.
  std::vector<std::string> check_segments() const;
  /// All headers and signal files of the record and its segments.
  std::vector<fs::path> files() const;
  std::vector<Gap> gaps() const;
  /// Digital values of a record of one segment, as WfdbSegment::digital().
  std::vector<std::int32_t> digital(std::size_t signal, std::int64_t begin, std::int64_t count) const;

  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override;

 private:
  struct Part {
    std::int64_t begin = 0, length = 0;
    std::string name;  ///< "~": a gap
  };
  struct Opened {
    WfdbSegment segment;
    std::vector<int> signal_of;  ///< for each channel of the record; -1: not in this segment
  };

  void place_segments(const Limits& limits);
  std::shared_ptr<const Opened> open(std::size_t part) const;
  std::vector<int> match(const WfdbSegment& segment) const;

  fs::path path_;
  Limits limits_;
  WfdbHeader header_;
  std::vector<WfdbSignal> signals_;
  std::vector<fs::path> layout_files_;  ///< headers that hold no samples
  bool by_name_ = false;                ///< a variable layout: signals are matched by name
  std::int64_t length_ = 0;
  std::vector<Part> parts_;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::size_t, std::shared_ptr<const Opened>>> opened_;  ///< most recently used first
};

}  // namespace galen
