#pragma once
// Names beats on a stream: the networks of a bundle over the tokens of a reader.
#include <deque>
#include <memory>
#include <vector>

#include "galen/engine/engine.h"
#include "galen/pipeline/task.h"
#include "tasks/ecg_rhythm/beat_reader.h"

namespace galen::ecg {

/// One candidate with the network's word on it.
struct NamedBeat {
  std::int64_t sample = 0;     ///< of the R peak
  float interval_seconds = 0;  ///< since the beat before; 0: it is the first, or behind a gap (told by EcgStream)
  std::array<float, beat_classes> logits{};
  Beat beat = Beat::none;  ///< the likeliest
};
Beat likeliest(std::span<const float> logits);

/// The networks of a bundle, compiled for streams (beat by beat) or for files (many at once). An ensemble's logits are
/// averaged. Shared by sessions.
struct BeatNetworks {
  struct Member {
    std::shared_ptr<const Executable> encoder, attention;
  };
  BeatPlan plan;
  std::int64_t encoded_at_once = 1, time = 1;
  std::vector<Member> members;
};
/// Errors: networks that are not the plan's.
std::shared_ptr<const BeatNetworks> networks_for_streams(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                         Engine& engine, const PredictOptions& options);
std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options);

/// Both give the same names (to rounding of the logits); the one for files waits for more beats.
class BeatNamer {
 public:
  explicit BeatNamer(std::shared_ptr<const BeatNetworks> networks);
  void push(std::vector<BeatToken> tokens, std::vector<NamedBeat>& out);
  void finish(std::vector<NamedBeat>& out);
  /// Every beat before this sample that was pushed has its name; the greatest number where none waits.
  std::int64_t known_until() const;
  bool non_finite() const { return non_finite_; }

 private:
  struct Known {
    std::int64_t sample;
    std::array<float, feature_count> features;
    std::vector<float> embeddings;  // [member, width]
  };
  void encode(std::size_t count);
  void attend(bool end, std::vector<NamedBeat>& out);
  void name(std::size_t first, std::size_t count, std::vector<NamedBeat>& out);

  std::shared_ptr<const BeatNetworks> networks_;
  std::deque<BeatToken> waiting_;  // to be encoded
  std::deque<Known> known_;        // encoded; the first reach().before of them are named already, or padding
  bool non_finite_ = false;
};

}  // namespace galen::ecg
