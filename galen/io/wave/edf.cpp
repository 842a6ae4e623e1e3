#include "galen/io/wave/edf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "galen/base/error.h"
#include "galen/io/wave/edf_records.h"

namespace galen {
namespace {

/// Records that follow one another without a gap.
struct Run {
  std::int64_t first_record = 0, records = 0;
  std::int64_t begin = 0;  ///< frames of the signal
  double at = 0;           ///< begin before it was rounded to the grid of frames
};

class EdfSource : public SampleSource {
 public:
  EdfSource(std::shared_ptr<const EdfRecords> records, std::vector<std::size_t> channels, std::vector<Run> runs,
            std::int64_t frames_per_record)
      : records_(std::move(records)),
        channels_(std::move(channels)),
        runs_(std::move(runs)),
        frames_(frames_per_record) {}

  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override {
    if (channel >= channels_.size()) throw Error(records_->where(), fmt::format("has no channel {}", channel));
    const std::size_t index = channels_[channel];
    const EdfSignal& signal = records_->header().signals[index];
    const std::int64_t per_frame = signal.samples / frames_;
    const std::int64_t length = end_of(runs_.back()) * per_frame;
    if (begin < 0 || count < 0 || begin > length || count > length - begin) {
      throw Error(records_->where(), "does not have these samples",
                  fmt::format("{} from {} on of '{}', which has {}", count, begin, signal.label, length));
    }
    std::vector<float> out(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN());
    if (!signal.scaled()) return out;
    auto run = std::ranges::upper_bound(runs_, begin / per_frame, {}, &Run::begin);
    if (run != runs_.begin()) --run;
    for (; run != runs_.end() && run->begin * per_frame < begin + count; ++run) {
      copy(index, signal, *run, run->begin * per_frame - begin, out);
    }
    return out;
  }

 private:
  std::int64_t end_of(const Run& run) const { return run.begin + run.records * frames_; }

  /// Copies the part of a run that falls within out; the run's first sample belongs at out[at].
  void copy(std::size_t index, const EdfSignal& signal, const Run& run, std::int64_t at,
            std::vector<float>& out) const {
    const std::int64_t from = std::max<std::int64_t>(0, -at);
    const std::int64_t to = std::min(run.records * signal.samples, static_cast<std::int64_t>(out.size()) - at);
    const double gain = (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min);
    std::vector<std::int32_t> digital;
    for (std::int64_t i = from; i < to;) {
      const std::int64_t record = i / signal.samples, begin = i % signal.samples;
      const std::int64_t count = std::min(signal.samples - begin, to - i);
      digital.resize(static_cast<std::size_t>(count));
      records_->digital(index, run.first_record + record, begin, digital);
      for (std::size_t k = 0; k < digital.size(); ++k) {
        out[static_cast<std::size_t>(at + i) + k] =
            static_cast<float>((digital[k] - signal.digital_min) * gain + signal.physical_min);
      }
      i += count;
    }
  }

  std::shared_ptr<const EdfRecords> records_;
  std::vector<std::size_t> channels_;  ///< index of each channel's signal in the file
  std::vector<Run> runs_;              ///< in order of time
  std::int64_t frames_;
};

/// Places the records of EDF+D on frames by their onsets. A record directly follows the one before it if it begins
/// within half a frame of that one's end, or within the last digit of the onsets (0.01 s at worst).
std::vector<Run> placed(const EdfRecords& records, std::int64_t frames, std::vector<std::string>& remarks) {
  const EdfHeader& header = records.header();
  const double rate = static_cast<double>(frames) / header.record_seconds;
  std::vector<Run> runs;
  double first = 0, worst = 0, digit = 0.01;
  for (std::int64_t i = 0; i < header.records; ++i) {
    const auto clock = records.clock(i);
    if (!clock) {
      throw Error(records.where(), fmt::format("does not say when its record {} begins", i + 1),
                  "its records are not continuous (EDF+D), and the list that keeps their time is not as EDF+ has it");
    }
    const double onset = clock->onset;
    if (i == 0) first = onset;
    digit = std::min(digit, clock->onset_digit);
    const double at = (onset - first) * rate;
    if (!(std::abs(at) < 0x1p53)) throw Error(records.where(), fmt::format("has its record {} at {} s", i + 1, onset));
    const std::int64_t length = runs.empty() ? 0 : runs.back().records * frames;
    const std::int64_t end = runs.empty() ? 0 : runs.back().begin + length;
    const double step = runs.empty() ? 0 : at - runs.back().at - static_cast<double>(length);
    // 0.99: a whole digit is more than a rounding error.
    const bool follows = std::abs(step) < std::max(0.5, 0.99 * digit * rate);
    const std::int64_t begin = follows ? end : std::llround(at);
    if (begin < end) {
      throw Error(records.where(), fmt::format("has a record {} that begins before the one before it ends", i + 1),
                  fmt::format("at {} s", onset));
    }
    worst = std::max(worst, std::abs(at - static_cast<double>(begin)));
    if (begin > end || runs.empty()) runs.push_back({i, 0, begin, at});
    ++runs.back().records;
  }
  if (worst > 0.01) {  // less is due to how the onsets are written
    remarks.push_back(
        fmt::format("records begin up to {:.6f} s beside the grid of samples, and are moved onto it", worst / rate));
  }
  return runs;
}

/// Remarks on onsets in a file that claims to be continuous; only the first and last record are checked.
void check_continuous(const EdfRecords& records, std::vector<std::string>& remarks) {
  const EdfHeader& header = records.header();
  if (!header.plus) return;
  const auto first = records.onset(0), last = records.onset(header.records - 1);
  if (!first) {
    remarks.emplace_back("its first record does not say when it begins as EDF+ asks: the start is known to a second");
  }
  if (!last) {
    remarks.emplace_back("its last record does not say when it begins as EDF+ asks");
  } else if (const double expected =
                 first.value_or(0) + static_cast<double>(header.records - 1) * header.record_seconds;
             std::abs(*last - expected) > 0.01) {  // onsets are written with at least two decimals
    remarks.push_back(fmt::format(
        "it says that it is continuous, but its last record begins at {} s and not at {} s: read as continuous", *last,
        expected));
  }
}

/// ISO 8601 of the first sample, which in EDF+ lies a fraction of a second after the header's start.
std::string started_at(const EdfHeader& header, double onset, std::vector<std::string>& remarks) {
  if (onset < 0 || onset >= 1) {
    remarks.push_back(fmt::format("its first record begins {} s after the start that the header states", onset));
  }
  if (!header.start || std::abs(onset) > 1e9) return {};
  const double whole = std::floor(onset);
  const auto at = *header.start + std::chrono::seconds(static_cast<std::int64_t>(whole));
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  std::string fraction = fmt::format("{:.7f}", onset - whole).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), fraction == "." ? "" : fraction);
}

/// Adds the channels to the signal and returns their indices in the file. frames: receives the frames in a record,
/// which divide the samples of every channel.
std::vector<std::size_t> add_channels(const EdfHeader& header, Signal& signal, std::int64_t& frames) {
  std::vector<std::size_t> channels;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    if (header.signals[i].annotations) continue;
    channels.push_back(i);
    frames = std::gcd(frames, header.signals[i].samples);
  }
  for (const std::size_t i : channels) {
    const EdfSignal& from = header.signals[i];
    signal.channels.push_back({from.label, from.unit, static_cast<int>(from.samples / frames)});
  }
  return channels;
}

void add_gaps(const std::vector<Run>& runs, std::int64_t frames, Signal& signal) {
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const std::int64_t end = runs[i - 1].begin + runs[i - 1].records * frames;
    signal.gaps.push_back({end, runs[i].begin - end});
  }
  signal.length = runs.back().begin + runs.back().records * frames;
}

}  // namespace

Signal read_edf(const fs::path& path, const Limits& limits) {
  const auto records = std::make_shared<const EdfRecords>(path, limits);
  const EdfHeader& header = records->header();
  Signal signal;
  std::int64_t frames = 0;
  const auto channels = add_channels(header, signal, frames);
  if (channels.empty()) {
    throw Error(path.string(), "holds annotations and no recording", {}, "name the file of the recording");
  }
  signal.remarks = header.remarks;
  signal.rate_hz = static_cast<double>(frames) / header.record_seconds;
  if (!(signal.rate_hz <= 1e9)) {
    throw Error(path.string(), fmt::format("has records that last {} s", header.record_seconds),
                "no device is so fast");
  }
  std::vector<Run> runs{{0, header.records, 0}};
  if (header.discontinuous) {
    runs = placed(*records, frames, signal.remarks);
  } else {
    check_continuous(*records, signal.remarks);
  }
  add_gaps(runs, frames, signal);
  for (const Channel& channel : signal.channels) {
    if (static_cast<std::uint64_t>(signal.length) > limits.max_elements / channel.samples_per_frame) {
      throw Error(
          path.string(), fmt::format("has too many samples of '{}'", channel.name),
          fmt::format("{} times {}, the limit is {}", signal.length, channel.samples_per_frame, limits.max_elements));
    }
  }
  signal.started_at = started_at(header, records->onset(0).value_or(0), signal.remarks);
  signal.source = std::make_shared<EdfSource>(records, channels, runs, frames);
  return signal;
}

}  // namespace galen
