#pragma once
// Recursive filters of signals as second-order sections, in double precision: on a stream, or forward and backward.
#include <span>
#include <vector>

namespace galen {

/// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2].
struct Section {
  double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
};
/// Sections in series. The order of poles and zeros may differ from scipy's; the response does not.
using Sections = std::vector<Section>;

/// Butterworth filters by the bilinear transform with prewarped edges, at which the gain is -3 dB; the response is that
/// of scipy.signal.butter (a band-pass has twice as many poles as its order). Errors: order outside 1...20, edges not
/// within 0 < low < high < rate_hz / 2.
Sections butterworth_lowpass(int order, double cutoff_hz, double rate_hz);
Sections butterworth_highpass(int order, double cutoff_hz, double rate_hz);
Sections butterworth_bandpass(int order, double low_hz, double high_hz, double rate_hz);

/// Removes one frequency; the notch is frequency_hz / quality wide at -3 dB. As scipy.signal.iirnotch. Errors: a
/// frequency not between 0 and rate_hz / 2, a quality that is not positive.
Sections notch(double frequency_hz, double quality, double rate_hz);

/// A filter that keeps its state from sample to sample. It starts as if its first sample had always been there, so an
/// offset causes no transient. A sample that is not finite is a gap: the output is NaN there, and the filter starts
/// anew after it.
class CausalFilter {
 public:
  explicit CausalFilter(Sections sections);

  int delay() const { return 0; }  ///< the phase depends on the frequency; output i comes with input i
  void reset() { settled_ = false; }
  float step(float sample);
  /// In-place use (out = in) is allowed. Errors (defect): lengths differ.
  void process(std::span<const float> in, std::span<float> out);

 private:
  struct State {
    double z1 = 0, z2 = 0;
  };
  void settle(double sample);

  Sections sections_;
  std::vector<State> states_;
  bool settled_ = false;
};

/// Filters forward and backward, so that no frequency is delayed and gains are squared. Ends are extended by point
/// reflection, as scipy.signal.sosfiltfilt does, or by as many samples as there are. Each stretch between samples that
/// are not finite is filtered on its own; these samples become NaN.
std::vector<float> zero_phase(const Sections& sections, std::span<const float> samples);

}  // namespace galen
