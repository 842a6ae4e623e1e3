#pragma once
// Resampling of signals by band-limited interpolation; on streams with bounded memory.
#include <cstdint>
#include <span>
#include <vector>

namespace galen {

/// Interpolates with a Kaiser-windowed sinc (beta 8, 20 zero crossings on each side) whose cutoff is 0.92 of half the
/// lower rate: flat up to 0.78 of half that rate, -80 dB from 1.06 on (Smith, "Digital audio resampling", 1984). Output
/// k lies at time k / to_hz and input i at i / from_hz, so nothing is shifted; n inputs give ceil(n to_hz / from_hz)
/// outputs. Ratios of small whole numbers are exact; for others the kernel is interpolated between 1024 phases (error
/// below 1e-5). Missing samples (not finite, or outside the recording) are left out and the remaining weights rescaled;
/// an output is NaN where its nearest input is missing, or where scattered gaps leave at most a fifth of the weights.
/// Equal rates leave the samples unchanged.
class SignalResampler {
 public:
  /// Errors: rates that are not positive, or that differ by more than 1000 times.
  SignalResampler(double from_hz, double to_hz);

  /// An output is known once this many inputs after its time have arrived.
  int delay() const { return reach_; }
  void reset();
  /// Appends the outputs that are now known to `out`.
  void push(std::span<const float> in, std::vector<float>& out);
  /// Ends the recording and appends its remaining outputs. Call reset() before the next one.
  void finish(std::vector<float>& out);

 private:
  struct Position {
    std::int64_t input = 0;  // at or before the output
    std::size_t phase = 0;   // of phases_ between this input and the next
    double beyond = 0;       // fraction of a phase beyond `phase`
  };
  Position position(std::int64_t output) const;
  void emit(std::int64_t known, std::int64_t end, std::vector<float>& out);
  float at(const Position& position) const;

  double from_hz_, to_hz_;
  std::int64_t up_ = 0, down_ = 0;  // to / from as a fraction of small numbers; 0: there is none
  std::int64_t phases_ = 1;
  int reach_ = 0;               // inputs on each side
  std::vector<double> kernel_;  // [phase 0...phases_, 2 reach_]
  std::vector<float> inputs_;   // starting with input first_
  std::int64_t first_ = 0, received_ = 0, next_output_ = 0;
  std::int64_t last_missing_ = -1;
};

/// Resamples a whole recording.
std::vector<float> resampled(std::span<const float> samples, double from_hz, double to_hz);

}  // namespace galen
