#include "galen/io/wave/wfdb_differences.h"

#include <algorithm>
#include <mutex>

#include "galen/base/error.h"
#include "galen/base/mapped_file.h"

namespace galen {
namespace {

class Differences : public WfdbSamples {
 public:
  Differences(const fs::path& path, std::uint64_t offset, std::vector<WfdbPlace> places, const Limits& limits)
      : file_(path, limits), offset_(offset), places_(std::move(places)), sums_(places_.size()) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      frame_ += static_cast<std::uint64_t>(places_[i].count);
      sums_[i] = {static_cast<std::uint32_t>(places_[i].initial)};
    }
    if (file_.size() < offset) throw Error(path.string(), "is shorter than the bytes that its header skips");
    frames_ = static_cast<std::int64_t>((file_.size() - offset) / frame_);
  }

  std::int64_t frames() const override { return frames_; }

  void read(std::size_t signal, std::int64_t begin, std::span<std::int32_t> out) const override {
    const auto each = static_cast<std::size_t>(places_[signal].count);
    const std::int64_t end = begin + static_cast<std::int64_t>(out.size() / each);
    std::uint32_t value = sum_before(signal, begin / step);
    std::size_t at = 0;
    for (std::int64_t frame = begin / step * step; frame < end; ++frame) {
      for (const std::byte difference : differences(signal, frame)) {
        value += static_cast<std::uint32_t>(std::to_integer<std::int8_t>(difference));  // wraps as WFDB's integers do
        if (frame >= begin) out[at++] = static_cast<std::int32_t>(value);
      }
    }
  }

 private:
  static constexpr std::int64_t step = 4096;

  std::span<const std::byte> differences(std::size_t signal, std::int64_t frame) const {
    return file_.whole().subspan(
        offset_ + static_cast<std::uint64_t>(frame) * frame_ + static_cast<std::uint64_t>(places_[signal].first),
        static_cast<std::size_t>(places_[signal].count));
  }

  /// The value before frame block * step.
  std::uint32_t sum_before(std::size_t signal, std::int64_t block) const {
    const std::lock_guard lock(mutex_);
    file_.bytes(0, file_.size());  // fails if the file has been truncated since
    std::vector<std::uint32_t>& sums = sums_[signal];
    while (static_cast<std::int64_t>(sums.size()) <= block) {
      const std::int64_t from = (static_cast<std::int64_t>(sums.size()) - 1) * step;
      std::uint32_t value = sums.back();
      for (std::int64_t frame = from; frame < from + step; ++frame) {
        for (const std::byte difference : differences(signal, frame)) {
          value += static_cast<std::uint32_t>(std::to_integer<std::int8_t>(difference));
        }
      }
      sums.push_back(value);
    }
    return sums[static_cast<std::size_t>(block)];
  }

  MappedFile file_;
  std::uint64_t offset_, frame_ = 0;
  std::vector<WfdbPlace> places_;
  std::int64_t frames_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<std::vector<std::uint32_t>> sums_;  ///< by signal: sums before frames 0, step, 2 step, ...
};

}  // namespace

std::unique_ptr<WfdbSamples> open_wfdb_differences(const fs::path& path, std::uint64_t offset,
                                                   std::vector<WfdbPlace> places, const Limits& limits) {
  return std::make_unique<Differences>(path, offset, std::move(places), limits);
}

}  // namespace galen
