#pragma once
// Names beats on a stream: the networks of a bundle over the tokens of a reader.
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "galen/engine/engine.h"
#include "galen/pipeline/task.h"
#include "tasks/ecg_rhythm/beat_reader.h"
#include "tasks/ecg_rhythm/shape_votes.h"

namespace galen::ecg {

/// One candidate with the network's word on it.
struct NamedBeat {
  std::int64_t sample = 0;     ///< of the R peak
  float interval_seconds = 0;  ///< since the beat before; 0: it is the first, or behind a gap (told by EcgStream)
  std::array<float, beat_classes> logits{};  ///< the networks' and the plan's adjustment
  Beat beat = Beat::none;                    ///< the likeliest; none too where a surer beat is too near
  bool adapted = false;                      ///< the shape's votes made it another class
  bool wave = false;  ///< of ventricular flutter or fibrillation that was decided (told by EcgStream)
};
Beat likeliest(std::span<const float> logits);
/// Of this class against all others.
double log_odds(std::span<const float> logits, Beat beat);

/// The networks of a bundle, compiled for files (many beats of one recording at a time) or for streams (beat by beat,
/// those that several threads ask for at once together; and some beats of one stream at a time to catch up: at its
/// start, and behind a pause, many become known together). Shared by sessions.
struct BeatNetworks {
  struct Step {
    std::int64_t count;                         ///< beats
    std::shared_ptr<const Executable> network;  ///< step_of()
  };
  BeatPlan plan;
  std::vector<Step> steps;   ///< the longest first
  std::vector<Tensor> past;  ///< of each layer: where nothing was seen yet
};
/// Errors: networks that are not the plan's.
std::shared_ptr<const BeatNetworks> networks_for_streams(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                         Engine& engine, const PredictOptions& options);
std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options);

/// Both give the same names (to rounding of the logits); the one for files waits for more beats. Of beats that lie
/// nearer than a ventricle can beat, those are none that are less surely beats. In fibrillation no beat is S.
class BeatNamer {
 public:
  /// adapt: to the patient, by the votes of a shape.
  explicit BeatNamer(std::shared_ptr<const BeatNetworks> networks, bool adapt = false);
  void push(std::vector<BeatToken> tokens, std::vector<NamedBeat>& out);
  void finish(std::vector<NamedBeat>& out);
  /// Every beat before this sample that was pushed has its name; the greatest number where none waits.
  std::int64_t known_until() const;
  bool non_finite() const { return non_finite_; }

 private:
  struct Awaiting {
    std::int64_t sample = -1;
    double at_seconds = 0;
    bool fibrillating = false;
    std::vector<float> crop = {};  // where votes are asked for
  };
  const BeatNetworks::Step& next_step() const;
  void take(const BeatNetworks::Step& step, std::vector<NamedBeat>& out);
  NamedBeat named(const Awaiting& known, std::span<const float> logits);
  void settle(std::vector<NamedBeat>& out);

  std::shared_ptr<const BeatNetworks> networks_;
  std::optional<ShapeVotes> votes_;
  std::deque<BeatToken> waiting_;  // for a step
  std::deque<Awaiting> awaiting_;  // a name
  std::vector<Tensor> past_;       // of each layer
  struct Held {
    NamedBeat beat;
    double at_seconds;
  };
  std::vector<Held> held_;  // until the candidates close behind have their names
  bool non_finite_ = false;
};

}  // namespace galen::ecg
