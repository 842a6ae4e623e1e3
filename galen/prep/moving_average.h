#pragma once
// Linear-phase filters made of moving averages: O(1) per sample for any length, with a delay of a whole number of
// samples, the same on a stream and on a file.
#include <numbers>
#include <span>
#include <vector>

#include "galen/prep/stream_filter.h"

namespace galen {

/// The mean of the last `window` samples: output i belongs to input i - delay(). Samples that are not finite (gaps, and
/// those before the first sample) are left out; the output is NaN where the input that it belongs to is not finite.
/// Each sum is made of at most two runs of additions (van Herk, Pattern Recognition Letters 1992), so it neither drifts
/// nor suffers from cancellation, and does not depend on how a stream is cut.
class MovingAverage {
 public:
  /// Errors (defect): a window that is not odd and positive.
  explicit MovingAverage(int window);

  int delay() const { return static_cast<int>(ring_.size() / 2); }
  void reset();
  float step(float sample);
  /// In-place use (out = in) is allowed. Errors (defect): lengths differ.
  void process(std::span<const float> in, std::span<float> out);

 private:
  float take_one(float sample);
  void take_few(std::span<const float> in, std::span<float> out);
  void take_run(std::span<const float> in, std::span<float> out);
  void close_block();

  std::vector<float> ring_;   // the last samples; at_ is where the next one goes
  std::vector<double> tail_;  // sums of the previous block from i to its end
  std::size_t at_ = 0;
  double head_ = 0;  // sum of the current block so far
  int present_ = 0;  // samples in the window that are not missing
};

/// `stages` moving averages of the same window in series: a low-pass whose side lobes fall by 13 dB per stage.
struct Averages {
  int window = 1;
  int stages = 0;  ///< 0: leaves the signal unchanged
};

/// The averages with this gain at cutoff_hz (-3 dB by default), as closely as an odd window allows. Errors: a cutoff
/// that is not between 0 and a quarter of rate_hz (defect: stages below 1, a gain that is not between 0 and 1).
Averages averages_for(double cutoff_hz, double rate_hz, int stages, double gain = std::numbers::sqrt2 / 2);

/// Short averages minus long ones: a linear-phase band-pass with gain 0 at 0 Hz. Without short ones: the signal minus
/// its baseline. Output i belongs to input i - delay(); gaps as in MovingAverage.
class BandByAverages {
 public:
  /// Errors (defect): windows that are not odd and positive, short averages with a longer delay than the long ones.
  BandByAverages(const Averages& high_cut, const Averages& low_cut);

  int delay() const { return delay_; }
  void reset();
  float step(float sample);
  /// In-place use (out = in) is allowed. Errors (defect): lengths differ.
  void process(std::span<const float> in, std::span<float> out);

 private:
  void process_chunk(std::span<const float> in, std::span<float> out);

  std::vector<MovingAverage> high_cut_, low_cut_;
  int delay_ = 0;
  std::vector<float> waiting_;  // outputs of the short averages, until the long ones catch up
  std::size_t at_ = 0;
};

}  // namespace galen
