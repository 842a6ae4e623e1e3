#include "galen/io/wave/wfdb_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "galen/base/error.h"

namespace galen {

WfdbRecord::WfdbRecord(const fs::path& path, const Limits& limits)
    : path_(path), limits_(limits), header_(read_wfdb_header(path, limits)) {
  if (!header_.segments.empty()) {
    place_segments(limits);
    return;
  }
  signals_ = header_.signals;
  parts_ = {{0, 0, header_.record}};
  const auto only = std::make_shared<const Opened>(Opened{WfdbSegment(path, header_, limits), {}});
  length_ = parts_.front().length = only->segment.length();
  header_.remarks = only->segment.remarks();
  opened_ = {{0, only}};
}

void WfdbRecord::place_segments(const Limits& limits) {
  const std::vector<WfdbSegmentLine>& lines = header_.segments;
  const std::string where = path_.string();
  const auto first = std::ranges::find_if(lines, [](const WfdbSegmentLine& line) { return line.name != "~"; });
  if (first == lines.end()) throw Error(where, "has only gaps", "none of its segments has signals");
  by_name_ = lines.front().length == 0;
  const fs::path beside = wfdb_file_beside(path_, first->name + ".hea");
  const WfdbHeader model = read_wfdb_header(beside, limits);
  if (!model.segments.empty())
    throw Error(beside.string(), "is a segment that has segments", "WFDB has no such record");
  signals_ = model.signals;
  if (signals_.size() != header_.signal_count || signals_.empty()) {
    throw Error(where, "is inconsistent",
                fmt::format("it states {} signals, '{}' has {}", header_.signal_count, first->name, signals_.size()));
  }
  if (by_name_) layout_files_.push_back(beside);
  for (std::size_t i = by_name_ ? 1 : 0; i < lines.size(); ++i) {
    if (lines[i].length == 0) throw Error(where, fmt::format("has the segment '{}' of no length", lines[i].name));
    if (lines[i].length > std::numeric_limits<std::int64_t>::max() / 2 - length_) {
      throw Error(where, "has segments of a length that cannot be");
    }
    parts_.push_back({length_, lines[i].length, lines[i].name});
    length_ += lines[i].length;
  }
  if (parts_.empty()) throw Error(where, "has no samples", "its only segment is its layout");
  if (header_.length > 0 && header_.length != length_) {
    throw Error(where, "is inconsistent",
                fmt::format("it states {} samples, its segments have {}", header_.length, length_));
  }
  if (header_.started_at.empty() && parts_.front().name != "~") {
    const fs::path begins = wfdb_file_beside(path_, parts_.front().name + ".hea");
    header_.started_at = begins == beside ? model.started_at : read_wfdb_header(begins, limits).started_at;
  }
  for (const WfdbSignal& signal : signals_) {
    if (static_cast<std::uint64_t>(length_) >
        limits.max_elements / static_cast<std::uint64_t>(signal.samples_per_frame)) {
      throw Error(where, fmt::format("has too many samples of '{}'", signal.name),
                  fmt::format("{} times {}, the limit is {}", length_, signal.samples_per_frame, limits.max_elements));
    }
  }
}

std::vector<int> WfdbRecord::match(const WfdbSegment& segment) const {
  std::vector<int> out(signals_.size(), -1);
  const std::vector<WfdbSignal>& there = segment.header().signals;
  if (!by_name_ && there.size() != signals_.size()) {
    throw Error(segment.path().string(), "is a segment that does not fit into its record",
                fmt::format("{} signals, the record has {}", there.size(), signals_.size()));
  }
  for (std::size_t i = 0; i < there.size(); ++i) {
    const auto found = by_name_ ? std::ranges::find(signals_, there[i].name, &WfdbSignal::name)
                                : signals_.begin() + static_cast<std::ptrdiff_t>(i);
    if (found == signals_.end()) {
      throw Error(segment.path().string(), fmt::format("has the signal '{}'", there[i].name),
                  "the layout of its record does not");
    }
    int& place = out[static_cast<std::size_t>(found - signals_.begin())];
    if (place >= 0 || found->unit != there[i].unit || found->samples_per_frame != there[i].samples_per_frame) {
      throw Error(segment.path().string(), "is a segment that does not fit into its record",
                  fmt::format("the signal '{}' is there twice, or has another unit or rate", there[i].name));
    }
    place = static_cast<int>(i);
  }
  return out;
}

std::shared_ptr<const WfdbRecord::Opened> WfdbRecord::open(std::size_t part) const {
  constexpr std::size_t most_open = 16;  // a record may have thousands of segments
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(opened_, part, [](const auto& one) { return one.first; });
  if (found != opened_.end()) {
    std::rotate(opened_.begin(), found, found + 1);
    return opened_.front().second;
  }
  const fs::path beside = wfdb_file_beside(path_, parts_[part].name + ".hea");
  WfdbHeader header = read_wfdb_header(beside, limits_);
  if (!header.segments.empty()) {
    throw Error(beside.string(), "is a segment that has segments", "WFDB has no such record");
  }
  if (header.rate_hz != header_.rate_hz) {
    throw Error(beside.string(), "is a segment that does not fit into its record",
                fmt::format("{} Hz, the record has {}", header.rate_hz, header_.rate_hz));
  }
  auto opened = std::make_shared<Opened>(Opened{WfdbSegment(beside, std::move(header), limits_), {}});
  opened->signal_of = match(opened->segment);
  if (opened->segment.length() != parts_[part].length) {
    throw Error(beside.string(), "is a segment that does not fit into its record",
                fmt::format("{} samples, the record states {}", opened->segment.length(), parts_[part].length));
  }
  if (opened_.size() == most_open) opened_.pop_back();
  opened_.emplace(opened_.begin(), part, opened);
  return opened;
}

std::vector<std::string> WfdbRecord::check_segments() const {
  std::vector<std::string> remarks = header_.remarks;
  if (header_.segments.empty()) return remarks;
  std::map<std::string, std::vector<std::string>> said_of;  // a record may have thousands of similar segments
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].name == "~") continue;
    for (const std::string& remark : open(i)->segment.remarks()) said_of[remark].push_back(parts_[i].name);
  }
  for (const auto& [remark, names] : said_of) {
    const std::string more = names.size() == 1 ? "" : fmt::format(" and {} more", names.size() - 1);
    remarks.push_back(fmt::format("segment '{}'{}: {}", names.front(), more, remark));
  }
  return remarks;
}

std::vector<fs::path> WfdbRecord::files() const {
  std::vector<fs::path> out;
  if (!header_.segments.empty()) out.push_back(path_);
  out.insert(out.end(), layout_files_.begin(), layout_files_.end());
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].name == "~") continue;
    const auto files = open(i)->segment.files();
    out.insert(out.end(), files.begin(), files.end());
  }
  return out;
}

std::vector<Gap> WfdbRecord::gaps() const {
  std::vector<Gap> out;
  for (const Part& part : parts_) {
    if (part.name != "~") continue;
    if (!out.empty() && out.back().begin + out.back().count == part.begin) {
      out.back().count += part.length;
    } else {
      out.push_back({part.begin, part.length});
    }
  }
  return out;
}

std::vector<std::int32_t> WfdbRecord::digital(std::size_t signal, std::int64_t begin, std::int64_t count) const {
  if (!header_.segments.empty()) throw defect(path_.string(), "has digital values in each of its segments");
  return open(0)->segment.digital(signal, begin, count);
}

std::vector<float> WfdbRecord::read(std::size_t channel, std::int64_t begin, std::int64_t count) const {
  if (channel >= signals_.size()) throw Error(path_.string(), fmt::format("has no channel {}", channel));
  const std::int64_t each = signals_[channel].samples_per_frame, length = length_ * each;
  if (begin < 0 || count < 0 || begin > length || count > length - begin) {
    throw Error(path_.string(), "does not have these samples",
                fmt::format("{} from {} on of '{}', which has {}", count, begin, signals_[channel].name, length));
  }
  std::vector<float> out(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN());
  const auto starts_after = [&](std::int64_t at, const Part& part) { return at < part.begin * each; };
  auto part = std::upper_bound(parts_.begin(), parts_.end(), begin, starts_after) - 1;
  for (std::int64_t at = begin; at < begin + count; ++part) {
    const std::int64_t start = part->begin * each;
    const std::int64_t end = std::min(start + part->length * each, begin + count);
    if (part->name != "~") {
      const auto index = static_cast<std::size_t>(part - parts_.begin());
      const auto opened = open(index);
      const int signal = header_.segments.empty() ? static_cast<int>(channel) : opened->signal_of[channel];
      if (signal >= 0) {
        const auto piece =
            std::span(out).subspan(static_cast<std::size_t>(at - begin), static_cast<std::size_t>(end - at));
        opened->segment.physical(static_cast<std::size_t>(signal), at - start, piece);
      }
    }
    at = end;
  }
  return out;
}

}  // namespace galen
