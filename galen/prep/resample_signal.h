#pragma once
// The same signal at another sampling rate, by band-limited interpolation; on a stream with bounded memory.
#include <cstdint>
#include <span>
#include <vector>

namespace galen {

/// Interpolates with a sinc under Kaiser's window (beta 8, 20 zero crossings on each side) that ends at 0.92 of half
/// the lesser rate: flat up to 0.78 of it, -80 dB from 1.06 on (Smith, "Digital audio resampling", 1984). Output k lies
/// at k / to_hz, input i at i / from_hz, so nothing is shifted; of n inputs come ceil(n to_hz / from_hz) outputs.
/// Ratios of small whole numbers are exact; for others the kernel is interpolated between 1024 phases (error below
/// 1e-5). Missing samples (not finite, or outside the recording) take no part and the rest is weighed up; an output is
/// NaN where the input nearest to it is missing, and where scattered gaps leave no more than a fifth of the weights.
/// Equal rates leave the samples as they are.
class SignalResampler {
 public:
  /// Errors: rates that are not positive, or that differ by more than 1000 times.
  SignalResampler(double from_hz, double to_hz);

  /// An output is known when this many inputs behind its time have come.
  int delay() const { return reach_; }
  void reset();
  /// Appends what is known now to `out`.
  void push(std::span<const float> in, std::vector<float>& out);
  /// Appends the rest: what the end of the recording decides. Call reset() before the next.
  void finish(std::vector<float>& out);

 private:
  struct Position {
    std::int64_t input = 0;  // at or before the output
    std::size_t phase = 0;   // of phases_, in the step to the next input
    double beyond = 0;       // of a phase's step
  };
  Position position(std::int64_t output) const;
  void emit(std::int64_t known, std::int64_t end, std::vector<float>& out);
  float at(const Position& position) const;

  double from_hz_, to_hz_;
  std::int64_t up_ = 0, down_ = 0;  // to / from as a fraction; 0: no small one
  std::int64_t phases_ = 1;
  int reach_ = 0;               // inputs on each side
  std::vector<double> kernel_;  // [phase 0...phases_, 2 reach_]
  std::vector<float> inputs_;   // from first_ on
  std::int64_t first_ = 0, received_ = 0, next_output_ = 0;
  std::int64_t last_missing_ = -1;
};

/// A whole recording at another rate.
std::vector<float> resampled(std::span<const float> samples, double from_hz, double to_hz);

}  // namespace galen
