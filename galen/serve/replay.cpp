#include <fmt/format.h>

#include <algorithm>

#include "galen/data/chosen_channels.h"
#include "galen/serve/sources.h"

namespace galen::serve {
namespace {

constexpr std::int64_t read_ahead = 8192;  // samples

// The channels with the highest rate: an ECG is sampled faster than the pressure or oxygen saturation next to it.
std::vector<std::size_t> fastest_channels(const Recording& recording, Hub& hub) {
  const std::vector<Channel>& channels = recording.signal.channels;
  const int most = std::ranges::max(channels, {}, &Channel::samples_per_frame).samples_per_frame;
  std::vector<std::size_t> out;
  std::string left_out;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (channels[c].samples_per_frame == most) {
      out.push_back(c);
    } else {
      left_out += (left_out.empty() ? "" : ", ") + channels[c].name;
    }
  }
  if (!left_out.empty()) hub.say(fmt::format("{}: left out, for their rate: {}", recording.patient, left_out));
  return out;
}

class Replayed {
 public:
  Replayed(Recording recording, Hub& hub) : recording_(std::move(recording)) {
    recording_.signal = chosen_channels(recording_.signal, fastest_channels(recording_, hub));
    const Signal& signal = recording_.signal;
    const Opening opening{recording_.patient, signal.rate_hz, signal.channels, signal.started_at};
    piece_ = step_samples(signal.rate_hz);
    ticket_ = hub.open(opening, false, {});
  }

  double due_seconds() const { return static_cast<double>(at_) / recording_.signal.rate_hz; }  ///< of the next piece
  bool over() const { return at_ >= recording_.signal.length; }

  void send_piece(Hub& hub) {
    std::int64_t end = std::min(at_ + piece_, recording_.signal.length);
    for (const Gap& gap : recording_.signal.gaps) {
      if (gap.begin <= at_ && at_ < gap.begin + gap.count) {
        const std::int64_t missing = gap.begin + gap.count - at_;
        hub.send(ticket_, Missing{static_cast<double>(missing) / recording_.signal.rate_hz}, Clock::now(), true);
        at_ += missing;
        return;
      }
      if (gap.begin > at_) end = std::min(end, gap.begin);
    }
    if (end > held_until_ || held_.empty()) read(end);
    Samples samples;
    samples.index = at_;
    for (const auto& channel : held_) {
      samples.values.emplace_back(channel.begin() + (at_ - held_from_), channel.begin() + (end - held_from_));
    }
    hub.send(ticket_, std::move(samples), Clock::now(), true);
    at_ = end;
  }
  void close(Hub& hub) { hub.close(ticket_); }
  void give_up(Hub& hub) {
    at_ = recording_.signal.length;
    close(hub);
  }

 private:
  void read(std::int64_t end) {
    held_from_ = at_;
    held_until_ = std::min(std::max(end, at_ + read_ahead), recording_.signal.length);
    held_.clear();
    for (std::size_t c = 0; c < recording_.signal.channels.size(); ++c) {
      held_.push_back(recording_.signal.source->read(c, held_from_, held_until_ - held_from_));
    }
  }

  Recording recording_;
  Hub::Ticket ticket_;
  std::int64_t at_ = 0, piece_ = 1, held_from_ = 0, held_until_ = 0;
  std::vector<std::vector<float>> held_;
};

class Replay final : public Source {
 public:
  Replay(std::vector<Recording> recordings, double speed) : recordings_(std::move(recordings)), speed_(speed) {}

  void run(Hub& hub) override {
    std::vector<Replayed> streams;
    streams.reserve(recordings_.size());
    for (Recording& recording : recordings_) streams.emplace_back(std::move(recording), hub);
    const Clock::time_point start = Clock::now();
    while (!streams.empty() && !stop_requested()) {
      double next = streams.front().due_seconds();
      for (const Replayed& stream : streams) next = std::min(next, stream.due_seconds());
      if (!wait_until(start, next)) break;
      for (Replayed& stream : streams) {
        if (stop_requested()) break;
        if (stream.due_seconds() <= next + step_seconds / 2) step(stream, hub);
      }
      std::erase_if(streams, [](const Replayed& stream) { return stream.over(); });
    }
    for (Replayed& stream : streams) stream.close(hub);
  }

 private:
  // A recording that can no longer be read ends; the others continue.
  static void step(Replayed& stream, Hub& hub) {
    try {
      stream.send_piece(hub);
      if (stream.over()) stream.close(hub);
    } catch (const Error& error) {
      hub.say(error.what());
      stream.give_up(hub);
    }
  }

  // A piece is sent when its last sample would have been recorded. False: a stop was requested.
  bool wait_until(Clock::time_point start, double seconds) const {
    if (speed_ <= 0) return true;
    const auto due = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>((seconds + step_seconds) / speed_));
    while (Clock::now() < due && !stop_requested()) {
      std::this_thread::sleep_until(std::min(due, Clock::now() + std::chrono::milliseconds(200)));
    }
    return !stop_requested();
  }

  std::vector<Recording> recordings_;
  double speed_;
};

}  // namespace

std::unique_ptr<Source> replay(std::vector<Recording> recordings, double speed) {
  return std::make_unique<Replay>(std::move(recordings), speed);
}

}  // namespace galen::serve
