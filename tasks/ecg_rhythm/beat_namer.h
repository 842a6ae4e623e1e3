#pragma once
// Names the class of each beat of a stream: runs the networks of a bundle over the tokens of a reader.
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "galen/engine/engine.h"
#include "galen/pipeline/task.h"
#include "tasks/ecg_rhythm/beat_reader.h"
#include "tasks/ecg_rhythm/shape_votes.h"

namespace galen::ecg {

/// A candidate and the class that the networks gave it.
struct NamedBeat {
  std::int64_t sample = 0;     ///< of the R peak
  float interval_seconds = 0;  ///< since the previous beat; 0: the first beat, or after a gap (set by EcgStream)
  std::array<float, beat_classes> logits{};  ///< the networks' logits plus the plan's adjustment
  Beat beat = Beat::none;                    ///< the likeliest class; also none where a more certain beat is too close
  bool adapted = false;                      ///< the votes of its shape changed its class
  bool wave = false;  ///< a wave of detected ventricular flutter or fibrillation, not a beat (set by EcgStream)
};
Beat likeliest(std::span<const float> logits);
/// The log-odds of this class against all others.
double log_odds(std::span<const float> logits, Beat beat);

/// The networks of a bundle, compiled for files (many beats of one recording at a time) or for streams. Streams run
/// beat by beat, and requests that arrive from several threads at the same time are computed together; several beats of
/// one stream are taken at a time to catch up at its start and after a pause, when many become known together. Shared
/// by sessions.
struct BeatNetworks {
  struct Step {
    std::int64_t count;                         ///< beats
    std::shared_ptr<const Executable> network;  ///< step_of()
  };
  BeatPlan plan;
  std::vector<Step> steps;   ///< the longest first
  std::vector<Tensor> past;  ///< initial past of each layer, before any beat
};
/// Errors: networks that do not match the plan.
std::shared_ptr<const BeatNetworks> networks_for_streams(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                         Engine& engine, const PredictOptions& options);
std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options);

/// Networks for files and for streams give the same names (up to rounding of the logits); those for files wait for more
/// beats. Of beats that are closer together than a ventricle can beat, the less certain ones become none. In atrial
/// fibrillation no beat is S.
class BeatNamer {
 public:
  /// adapt: to the patient, by ShapeVotes.
  explicit BeatNamer(std::shared_ptr<const BeatNetworks> networks, bool adapt = false);
  void push(std::vector<BeatToken> tokens, std::vector<NamedBeat>& out);
  void finish(std::vector<NamedBeat>& out);
  /// Every pushed beat before this sample has been named; the greatest number where none is waiting.
  std::int64_t known_until() const;
  bool non_finite() const { return non_finite_; }

 private:
  struct Awaiting {
    std::int64_t sample = -1;
    double at_seconds = 0;
    bool fibrillating = false;
    std::vector<float> crop = {};  // only when adapting
  };
  const BeatNetworks::Step& next_step() const;
  void take(const BeatNetworks::Step& step, std::vector<NamedBeat>& out);
  NamedBeat named(const Awaiting& known, std::span<const float> logits);
  void settle(std::vector<NamedBeat>& out);

  std::shared_ptr<const BeatNetworks> networks_;
  std::optional<ShapeVotes> votes_;
  std::deque<BeatToken> waiting_;  // tokens that the networks have not taken yet
  std::deque<Awaiting> awaiting_;  // beats that the networks have taken but not named yet
  std::vector<Tensor> past_;       // one per layer
  struct Held {
    NamedBeat beat;
    double at_seconds;
  };
  std::vector<Held> held_;  // named, but held back until the candidates close after them are named too
  bool non_finite_ = false;
};

}  // namespace galen::ecg
