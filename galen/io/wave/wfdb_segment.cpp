#include "galen/io/wave/wfdb_segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/error.h"

namespace galen {

std::uint16_t wfdb_checksum(std::span<const std::int32_t> samples) {
  std::uint32_t sum = 0;
  for (const std::int32_t sample : samples) sum += static_cast<std::uint32_t>(sample);
  return static_cast<std::uint16_t>(sum);
}

WfdbSegment::WfdbSegment(const fs::path& header_path, WfdbHeader header, const Limits& limits)
    : path_(header_path), header_(std::move(header)) {
  const std::vector<WfdbSignal>& signals = header_.signals;
  if (signals.empty()) throw Error(path_.string(), "has no signals", "its header states 0");
  for (std::size_t first = 0; first < signals.size();) {
    std::size_t end = first + 1;
    while (end < signals.size() && signals[end].file == signals[first].file) ++end;
    open_group(first, end, limits);
    first = end;
  }
  settle_length();
  for (const WfdbSignal& signal : signals) {
    const auto each = static_cast<std::uint64_t>(signal.samples_per_frame);
    if (static_cast<std::uint64_t>(length_) > limits.max_elements / each) {
      throw Error(path_.string(), fmt::format("has too many samples of '{}'", signal.name),
                  fmt::format("{} times {}, the limit is {}", length_, each, limits.max_elements));
    }
  }
}

void WfdbSegment::open_group(std::size_t first, std::size_t end, const Limits& limits) {
  const WfdbSignal& head = header_.signals[first];
  if (head.file == "~" || head.format == 0) {
    throw Error(path_.string(), fmt::format("has no samples of '{}'", head.name), "the header is the layout of others",
                "name the record that lists its segments");
  }
  Group group{wfdb_file_beside(path_, head.file), nullptr};
  if (std::ranges::find(groups_, group.path, &Group::path) != groups_.end()) {
    throw Error(path_.string(), fmt::format("returns to the file '{}' after another", head.file),
                "signals of one file follow each other (header(5))");
  }
  std::vector<WfdbPlace> places;
  std::int64_t frame = 0;
  for (std::size_t i = first; i < end; ++i) {
    const WfdbSignal& signal = header_.signals[i];
    if (signal.format != head.format || signal.offset != head.offset) {
      throw Error(path_.string(), fmt::format("reads the file '{}' in two ways", head.file),
                  "its signals have several formats or offsets");
    }
    places.push_back({frame, signal.samples_per_frame, signal.initial});
    places_.push_back({groups_.size(), i - first});
    frame += signal.samples_per_frame;
  }
  wfdb_format(head.format, path_.string());
  group.samples = open_wfdb_samples(group.path, head.format, head.offset, std::move(places), limits);
  groups_.push_back(std::move(group));
}

void WfdbSegment::settle_length() {
  length_ = header_.length > 0 ? header_.length : std::numeric_limits<std::int64_t>::max();
  for (const Group& group : groups_) {
    const std::int64_t there = group.samples->frames();
    if (there < 0) continue;
    if (header_.length == 0) {
      length_ = std::min(length_, there);
    } else if (there < length_) {
      throw Error(group.path.string(), "is truncated",
                  fmt::format("{} samples of each signal, the header states {}", there, length_),
                  "copy or export it again");
    } else if (there > length_) {
      header_.remarks.push_back(fmt::format("'{}' holds {} samples more than the header states; they are not read",
                                            group.path.filename().string(), there - length_));
    }
  }
  if (length_ == std::numeric_limits<std::int64_t>::max()) {
    throw Error(path_.string(), "does not say how long it is", "nor do its files", "state it in the record line");
  }
  if (length_ == 0) throw Error(path_.string(), "has no samples");
  if (header_.length == 0) header_.remarks.emplace_back("the length is not stated, and taken from the signal files");
}

std::vector<fs::path> WfdbSegment::files() const {
  std::vector<fs::path> out{path_};
  for (const Group& group : groups_) out.push_back(group.path);
  return out;
}

std::vector<std::int32_t> WfdbSegment::digital(std::size_t signal, std::int64_t begin, std::int64_t count) const {
  if (signal >= places_.size()) throw Error(path_.string(), fmt::format("has no signal {}", signal));
  const std::int64_t each = header_.signals[signal].samples_per_frame, length = length_ * each;
  if (begin < 0 || count < 0 || begin > length || count > length - begin) {
    throw Error(path_.string(), "does not have these samples",
                fmt::format("{} from {} on of '{}', which has {}", count, begin, header_.signals[signal].name, length));
  }
  const Group& group = groups_[places_[signal].group];
  const std::int64_t first = begin / each, end = (begin + count + each - 1) / each;
  std::vector<std::int32_t> out(static_cast<std::size_t>((end - first) * each));
  group.samples->read(places_[signal].index, first, out);
  if (each > 1) {  // whole frames were read
    out.erase(out.begin(), out.begin() + (begin - first * each));
    out.resize(static_cast<std::size_t>(count));
  }
  return out;
}

void WfdbSegment::physical(std::size_t index, std::int64_t begin, std::span<float> out) const {
  const WfdbSignal& signal = header_.signals.at(index);
  const std::int64_t length = length_ * signal.samples_per_frame;
  const std::int64_t skew = std::min<std::int64_t>(signal.skew, length);
  const auto count = static_cast<std::int64_t>(out.size());
  const bool whole = begin == 0 && count == length;
  const std::int64_t from = std::min(begin + (whole ? 0 : skew), length);
  const std::int64_t there = std::clamp<std::int64_t>(length - from, 0, count);
  const std::vector<std::int32_t> values = digital(index, from, there);
  if (whole && header_.length > 0 && signal.checksum && *signal.checksum != wfdb_checksum(values)) {
    throw Error(
        path_.string(), fmt::format("has a damaged signal '{}'", signal.name),
        fmt::format("the sum of its samples is {}, the header states {}",
                    static_cast<std::int16_t>(wfdb_checksum(values)), static_cast<std::int16_t>(*signal.checksum)),
        "copy or export it again");
  }
  const auto missing = wfdb_format(signal.format, path_.string()).missing;
  const std::span<const std::int32_t> used = std::span(values).subspan(static_cast<std::size_t>(whole ? skew : 0));
  std::ranges::fill(out, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] == missing) continue;
    out[i] = static_cast<float>((static_cast<double>(used[i]) - static_cast<double>(signal.baseline)) / signal.gain);
  }
}

}  // namespace galen
