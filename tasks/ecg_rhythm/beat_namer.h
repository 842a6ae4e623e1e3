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
  std::array<float, beat_classes> logits{};  ///< that of no beat below the network's by a margin
  Beat beat = Beat::none;                    ///< the likeliest
  bool adapted = false;                      ///< the shape's votes made it another class
};
Beat likeliest(std::span<const float> logits);

/// The networks of a bundle, compiled for files (many beats at once) or for streams (beat by beat, and some at once to
/// catch up: at a stream's start, and behind a pause, many become known together). An ensemble's logits are averaged.
/// Shared by sessions.
struct BeatNetworks {
  struct Member {
    std::shared_ptr<const Executable> encoder, attention;
  };
  struct Size {
    std::int64_t encoded_at_once = 1, time = 1;
    std::size_t least_named = 1;  ///< fewer wait, or are left to a lesser size
    std::vector<Member> members;
  };
  BeatPlan plan;
  std::vector<Size> sizes;  ///< the greatest first
  const Member& first() const { return sizes.front().members.front(); }
};
/// Errors: networks that are not the plan's.
std::shared_ptr<const BeatNetworks> networks_for_streams(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                         Engine& engine, const PredictOptions& options);
std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options);

/// Both give the same names (to rounding of the logits); the one for files waits for more beats.
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
  struct Known {
    std::int64_t sample;
    std::array<float, feature_count> features;
    std::vector<float> embeddings;  // [member, width]
    std::vector<float> crop;        // where votes are asked for
  };
  void encode(const BeatNetworks::Size& size, std::size_t count);
  void attend(const BeatNetworks::Size& size, std::size_t awaited, std::size_t least, std::vector<NamedBeat>& out);
  Beat vote(const Known& known, std::span<float> logits);
  void name(const BeatNetworks::Size& size, std::size_t first, std::size_t count, std::vector<NamedBeat>& out);

  std::shared_ptr<const BeatNetworks> networks_;
  std::optional<ShapeVotes> votes_;
  std::deque<BeatToken> waiting_;  // to be encoded
  std::deque<Known> known_;        // encoded; the first reach().before of them are named already, or padding
  bool non_finite_ = false;
};

}  // namespace galen::ecg
