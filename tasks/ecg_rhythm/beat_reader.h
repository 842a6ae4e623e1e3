#pragma once
// From samples to beats as the network sees them: cut out, beside what this patient's beats usually look like.
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "galen/prep/moving_average.h"
#include "galen/prep/qrs_detector.h"
#include "tasks/ecg_rhythm/shape_history.h"

namespace galen::ecg {

/// One candidate. Crops are [lead, crop_samples], without baseline, in the signal's unit; what is missing is 0.
struct BeatToken {
  std::int64_t sample = -1;  ///< of the R peak; -1: a pause in place of a beat, so that what follows is decided in time
  double at_seconds = 0;     ///< the same on the clock
  std::vector<float> crop;
  std::vector<float> usual;                     ///< median of the patient's last crops
  std::array<float, lead_count> scale{};        ///< median peak-to-peak of a lead's last crops; 0: nothing there
  std::array<float, feature_count> features{};  ///< by Feature
  float& feature(Feature which) { return features[static_cast<std::size_t>(which)]; }
  bool is_pause() const { return sample < 0; }
};
/// A pause: all of it is 0.
BeatToken pause_token(const BeatPlan& plan);
inline constexpr double max_pause_seconds = 3;  ///< longer intervals count as this long, and a pause follows

inline constexpr std::size_t told_intervals = 24;  ///< the last, of which features tell

/// Whether the last intervals are as without order as in atrial fibrillation, by the limit of its rule.
/// Supraventricular beats are not to be told from others there.
bool is_fibrillating(const BeatToken& token);

/// Makes tokens on a stream, with a delay of some seconds: each waits for the next strong candidate, or three seconds.
/// What comes out does not depend on how the stream is cut.
class BeatReader {
 public:
  BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads);
  /// Beats are where they are said to be, in rising order, instead of where the detector finds them.
  BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads, std::vector<std::int64_t> beats);

  /// samples[lead][i], continuing; what is not finite is missing.
  void push(std::span<const std::vector<float>> samples, std::vector<BeatToken>& out);
  void finish(std::vector<BeatToken>& out);
  std::int64_t received() const { return received_; }
  /// Every beat before this sample has its token.
  std::int64_t known_until() const;

  /// What this patient's beats are like: medians over some minutes.
  struct Usual {
    std::vector<float> crop;
    std::array<float, lead_count> scale{};
  };
  /// Some of what the last minutes brought.
  template <class T>
  struct Kept {
    std::deque<T> values;
    double next_seconds = 0;  ///< before it, nothing more is kept
  };

 private:
  struct Found {
    std::int64_t sample;
    float strength;
    bool strong;  // hardly a T wave
  };
  void admit(std::int64_t sample, float strength);
  void admit(const std::vector<Candidate>& candidates, bool end);
  std::int64_t heard_until() const;
  void emit(bool end, std::vector<BeatToken>& out);
  void emit_pauses(std::vector<BeatToken>& out) const;
  std::int64_t peak_near(std::int64_t sample) const;
  double seconds_at(std::int64_t sample) const;
  float clean_at(std::size_t lead, double sample) const;
  std::vector<float> crop_at(std::int64_t sample) const;
  BeatToken token(const Found& found, double next_seconds, double next_strong_seconds);
  void learn(const BeatToken& token, bool teaches);
  void forget();

  BeatPlan plan_;
  double rate_hz_;
  QrsDetector detector_;
  std::optional<std::vector<std::int64_t>> given_;  // beats, in place of the detector's
  std::size_t next_given_ = 0;
  std::deque<Candidate> heard_;  // about the beats that were given
  std::vector<BandByAverages> filters_;
  std::int64_t received_ = 0, filter_delay_;
  std::vector<std::vector<float>> clean_;  // [lead], from clean_begin_ on
  std::int64_t clean_begin_;
  std::int64_t admitted_strong_ = -1;  // the last
  float admitted_strength_ = 0;        // of it
  std::deque<Found> waiting_;          // their crops or their successors are not there yet

  // What is known of the patient so far.
  Kept<std::vector<float>> crops_;
  Usual usual_;
  Kept<double> intervals_;             // between strong candidates, seconds
  std::deque<double> last_intervals_;  // all of the last few
  ShapeHistory shapes_;
  std::int64_t learned_ = 0, next_learned_ = 0, last_ = -1, last_strong_ = -1;
};

/// Sets pace, uneven and disorder of features: of the last intervals between strong candidates, in seconds, the newest
/// at the end, beside the usual one. At least one, at most told_intervals.
void tell_intervals(std::span<const double> last_seconds, double usual_seconds, std::span<float> features);

/// Sets likeness, height and breadth of features from a beat and the usual one, [lead_count, crop_samples] each in one
/// unit.
void compare_with_usual(std::span<const float> crop, std::span<const float> usual, const BeatPlan& plan,
                        std::span<float> features);

/// The network's input of a token: [2 lead_count, crop_samples], each lead and its usual beat divided by its scale.
void put_crops(const BeatToken& token, std::int64_t crop_samples, std::span<float> out);

}  // namespace galen::ecg
