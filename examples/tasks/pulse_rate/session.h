#pragma once
// Runs the networks over a stream of samples. A file is treated as a stream, so both get the same finding.
#include "examples/tasks/pulse_rate/task.h"

namespace galen::pulse {

/// An ensemble: networks from "signal", [1, 1, window], to log odds.
using Members = std::vector<std::shared_ptr<const Executable>>;
/// Errors: a network without that output.
Members compiled(const std::vector<Graph>& graphs, const std::string& output, const PulsePlan& plan, Engine& engine,
                 const PredictOptions& options);

/// What the sessions of a bundle share.
struct Networks {
  PulsePlan plan;
  Json decision;    ///< the bundle's
  Members beats;    ///< "logits" of a beat, [1, 1, window]
  Members quality;  ///< "quality" of the window, [1, 1, 1]; without members every window is usable
};

/// Normalises to mean 0 and standard deviation 1; NaN is left out and becomes 0. False, and all 0: a flat line, or too
/// few values.
bool z_score(std::span<float> values);

/// Events: "pulse_beat". Holds one window, however long the stream is.
class PulseSession final : public Session {
 public:
  explicit PulseSession(std::shared_ptr<const Networks> networks);
  std::vector<Event> push(std::span<const std::vector<float>> samples) override;
  std::vector<Event> gap(double seconds) override;
  std::vector<Event> finish(Finding& finding) override;
  const std::vector<double>& beats() const { return beats_; }  ///< found so far, in seconds

 private:
  void judge_middle(std::int64_t count, std::vector<Event>& events);
  std::vector<float> probabilities(std::vector<float> window);
  std::vector<float> vote(const Members& members, const Tensor& input, const std::string& output, const Shape& shape);
  void note_beat(std::vector<Event>& events);
  void describe(Finding& finding) const;

  std::shared_ptr<const Networks> networks_;
  std::vector<float> held_;  // a quarter window already judged, as context, then samples to be judged
  std::int64_t received_ = 0, judged_ = 0, unusable_ = 0;  // samples
  std::int64_t best_at_ = 0;                               // the pending beat: a greater probability may follow closely
  float best_ = 0;                                         // its probability; 0: none pending
  std::vector<double> beats_;
  bool non_finite_ = false;  // a network gave NaN or infinity
};

}  // namespace galen::pulse
