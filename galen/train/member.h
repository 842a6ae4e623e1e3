#pragma once
// One network of a bundle, trained in a folder of its own and kept there.
#include <string>

#include "galen/train/loop.h"
#include "galen/train/sides.h"

namespace galen {

struct Member {
  std::string name;  ///< "fold-0", "seed-2": of the folder under the work folder, and of the file in the bundle
  std::uint64_t seed = 1;
  fs::path folder;

  fs::path network_file() const { return folder / "network.onnx"; }
  fs::path facts_file() const { return folder / "member.json"; }
  bool done() const { return fs::exists(facts_file()) && fs::exists(network_file()); }
};

/// What is known of a trained member, for the bundle.
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
  const LoopOptions& loop;  ///< folder is the member's
  const Bundle* start_bundle;
  Progress& progress;
};

/// Trains it, or goes on; writes network.onnx, and member.json last. Nothing is done when both are there.
void train_member(const Member& member, const MemberRequest& request);
/// Errors: not done, files damaged.
MemberFacts facts_of(const Member& member);

}  // namespace galen
