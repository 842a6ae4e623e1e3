#pragma once
// One network of a bundle, trained and stored in its own folder.
#include <string>

#include "galen/train/loop.h"
#include "galen/train/sides.h"

namespace galen {

struct Member {
  std::string name;  ///< "fold-0", "fold-0-seed-2": also that of its file in the bundle
  std::uint64_t seed = 1;
  fs::path folder;

  fs::path network_file() const { return folder / "network.onnx"; }
  fs::path facts_file() const { return folder / "member.json"; }
  bool done() const { return fs::exists(facts_file()) && fs::exists(network_file()); }
};

/// What the bundle records about a trained member.
struct MemberFacts {
  Json training = Json::object();   ///< epochs, seconds, criterion, ...
  Json reference = Json::object();  ///< Training::describe()
};

struct MemberRequest {
  const Task& task;
  const Recipe& recipe;
  const Dataset& dataset;
  const LoadCase& load;
  const Sides& sides;
  GradientEngine& gradients;
  Engine& engine;
  const LoopOptions& loop;  ///< folder: that of the member
  const Bundle* start_bundle;
  Progress& progress;
};

/// Trains the member or resumes; writes network.onnx and, last, member.json. Does nothing if both exist.
void train_member(const Member& member, const MemberRequest& request);
/// Errors: the member is not done, files are damaged.
MemberFacts facts_of(const Member& member);

}  // namespace galen
