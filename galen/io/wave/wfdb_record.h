#pragma once
// A WFDB record of one or several segments (header(5), "Multi-segment records").
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "galen/data/signal.h"
#include "galen/io/wave/wfdb_segment.h"

namespace galen {

/// The channels are those of its layout segment, of its first segment, or its own. A start that its header leaves out
/// is that of the first segment. Segments are opened when they are touched. Safe from several threads.
class WfdbRecord : public SampleSource {
 public:
  /// path: the header. Errors: a header that does not hold together; segments that do not add up to its length.
  WfdbRecord(const fs::path& path, const Limits& limits);

  const WfdbHeader& header() const { return header_; }
  const std::vector<WfdbSignal>& signals() const { return signals_; }
  std::int64_t length() const { return length_; }
  /// Opens every segment. Errors: of the first that is missing or does not fit. Returns what they leave open.
  std::vector<std::string> check_segments() const;
  /// The headers and signal files of all that it holds.
  std::vector<fs::path> files() const;
  std::vector<Gap> gaps() const;
  /// Digital values of a record of one segment, as WfdbSegment.
  std::vector<std::int32_t> digital(std::size_t signal, std::int64_t begin, std::int64_t count) const;

  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override;

 private:
  struct Part {
    std::int64_t begin = 0, length = 0;
    std::string name;  ///< "~": a gap
  };
  struct Opened {
    WfdbSegment segment;
    std::vector<int> signal_of;  ///< of each channel of the record; -1: not in this segment
  };

  void place_segments(const Limits& limits);
  std::shared_ptr<const Opened> open(std::size_t part) const;
  std::vector<int> match(const WfdbSegment& segment) const;

  fs::path path_;
  Limits limits_;
  WfdbHeader header_;
  std::vector<WfdbSignal> signals_;
  std::vector<fs::path> layout_files_;  ///< headers that hold no samples
  bool by_name_ = false;                ///< a variable layout
  std::int64_t length_ = 0;
  std::vector<Part> parts_;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::size_t, std::shared_ptr<const Opened>>> opened_;  ///< the last used first
};

}  // namespace galen
