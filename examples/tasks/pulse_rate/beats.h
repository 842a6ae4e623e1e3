#pragma once
// The networks run over a stream of samples: a file is a stream that is there at once, so both get the same answer.
#include <deque>
#include <functional>

#include "examples/tasks/pulse_rate/plan.h"

namespace galen::pulse {

/// What finds beats ([1, 1, window] to "logits", the same shape), and what tells usable windows (to "quality", one log
/// odds). Several of a kind are an ensemble; without quality networks every window is usable.
struct Networks {
  PulsePlan plan;
  std::vector<std::shared_ptr<const Executable>> beats, quality;
};
Networks compile_networks(const PulsePlan& plan, const std::vector<Graph>& beats, const std::vector<Graph>& quality,
                          Engine& engine, const PredictOptions& options);

/// What a stream has told so far.
struct Tally {
  std::vector<double> beats_at;  ///< seconds
  double seconds = 0, missing_seconds = 0, unusable_seconds = 0;
  bool non_finite = false;  ///< a network gave NaN or infinity
};

/// Mean rate over the intervals between beats that are heart-like (0.3 to 2 s: none spans a gap); NaN without one.
double rate_per_minute(const std::vector<double>& beats_at);
/// To mean 0 and deviation 1 over what is not NaN, which becomes 0. False, and all 0: a flat line, or too little there.
bool z_score(std::vector<float>& values);
/// One channel at the plan's rate, or an Error.
void require_fit(const PulsePlan& plan, double rate_hz, std::size_t channels);
/// Reads a signal in pieces of bounded size. Errors: require_fit(), those of the source.
void read_pieces(const Signal& signal, const PulsePlan& plan, const std::function<void(std::vector<float>)>& sink);

/// The last values of an endless sequence, by their number in it.
class Tail {
 public:
  void push(float value) { values_.push_back(value); }
  std::int64_t end() const { return first_ + static_cast<std::int64_t>(values_.size()); }
  float at(std::int64_t i, float otherwise) const {
    return i >= first_ && i < end() ? values_[static_cast<std::size_t>(i - first_)] : otherwise;
  }
  void forget_before(std::int64_t i) {
    for (; first_ < i && !values_.empty(); ++first_) values_.pop_front();
  }

 private:
  std::deque<float> values_;
  std::int64_t first_ = 0;
};

class BeatStream {
 public:
  explicit BeatStream(std::shared_ptr<const Networks> networks) : networks_(std::move(networks)) {}
  /// Samples, NaN for missing ones; the beats that they decide. How the stream is cut into pieces changes nothing.
  std::vector<Event> push(std::span<const float> samples);
  std::vector<Event> finish() { return advance(true); }
  const Tally& tally() const { return tally_; }

 private:
  std::vector<Event> advance(bool ended);
  void score_next();
  std::vector<float> probabilities(std::vector<float> window);
  bool is_beat(std::int64_t i) const;
  Event note(std::int64_t i);
  std::int64_t apart() const;

  std::shared_ptr<const Networks> networks_;
  Tail samples_, scores_;
  std::int64_t decided_ = 0;  // scores that were judged
  Tally tally_;
};

}  // namespace galen::pulse
