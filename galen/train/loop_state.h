#pragma once
// The state of the loop besides the weights, all of which goes into the checkpoint.
#include <map>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/train/loop.h"
#include "galen/train/schedule.h"

namespace galen {

/// Sums over the epoch in progress.
struct EpochSums {
  std::map<std::string, double> outputs;  ///< of every scalar output, over batches with finite loss
  double gradient_norm = 0;
  std::int64_t batches = 0, updates = 0, samples = 0, skipped = 0;
  double seconds = 0;
};

struct LoopState {
  std::string identity;
  int epoch = 0;            ///< completed epochs
  int batch = 0;            ///< completed batches of the epoch in progress
  std::int64_t update = 0;  ///< completed updates
  Course course;
  double learning_rate = 0;  ///< of the last update
  EpochSums sums;
  std::int64_t skipped = 0, skipped_in_row = 0;

  int best_epoch = 0, earlier_best_epoch = 0;  ///< 0: none
  Validation best, last;
  int validations_without_gain = 0;
  bool finished = false, stopped_early = false;

  double seconds = 0;             ///< in total, without interruptions
  double update_seconds = 0;      ///< of which in updates
  double validation_seconds = 0;  ///< of which in validations
  int validations = 0;
  std::vector<PaceChange> pace;
  std::vector<std::string> computed_by;  ///< see TrainResult; empty in older checkpoints
  std::uint64_t log_bytes = 0;
};

Json to_json(const LoopState& state);
/// Errors: a field is missing or of the wrong type, another format version.
LoopState loop_state_from_json(const JsonView& json);

}  // namespace galen
