#pragma once
// The one training loop: every task's networks are trained by it.
#include <functional>
#include <string>
#include <vector>

#include "galen/engine/gradients.h"
#include "galen/pipeline/task.h"

namespace galen {

struct LoopOptions {
  /// Its own folder, made when it is not there: checkpoints, log.jsonl, training.html and the best network so far.
  fs::path folder;
  bool resume = false;            ///< go on from the folder's checkpoint, where there is one; else begin anew
  std::string identity;           ///< names what is trained (recipe, data, fold, seed); a resumed checkpoint must agree
  std::string title;              ///< of the page
  double time_limit_seconds = 0;  ///< of the whole training, interruptions not counted; 0: none
  double checkpoint_seconds = 60;  ///< at most this much work is lost by a kill
  int workers = 1;                 ///< that make batches ahead; results do not depend on it
  TrainableOptions trainable;
  const Graph* start = nullptr;   ///< weights to begin with, by name where shapes agree
  std::function<double()> clock;  ///< seconds, rising; empty: the machine's
};

struct NetworkRequest {
  const Training& training;
  const Schedule& schedule;
  std::uint64_t seed;
  GradientEngine& gradients;
  Engine& engine;
  Progress& progress;
};

/// One change of a training's planned end, made to meet a time limit.
struct PaceChange {
  std::int64_t at_update = 0, new_end = 0;
};

struct TrainResult {
  Graph network;          ///< Training::network() with the kept weights (averaged, where an average is kept)
  Validation validation;  ///< of the kept weights; NaN and no values where nothing could be judged
  int kept_epoch = 0;     ///< after which the kept weights stood, from 1
  int epochs = 0;         ///< done
  std::int64_t updates = 0;
  std::int64_t skipped = 0;  ///< batches whose loss or gradient was not finite
  double seconds = 0;
  bool stopped_early = false;
  std::vector<PaceChange> pace;  ///< empty: the recipe alone gives these weights again
  /// Precision, device, processor and threads, in turn; several: it was resumed elsewhere, and these weights do not
  /// come again.
  std::vector<std::string> computed_by;
};

/// Trains by the schedule. The result depends on the training, the schedule, the seed, the start and the number of
/// threads alone; with a time limit that cuts the schedule short, on `pace` as well.
///
/// With a time limit the end of the training is planned by the measured rate and moved (never past the schedule's
/// epochs), so that the decay of the learning rate ends at the limit. A stop that is requested (stop_requested()) ends
/// at the next update with a checkpoint and an Error of Fault::interrupted; resumed, it goes on bit for bit - unless in
/// another precision, on another device or processor, or with other threads, which is said and recorded.
///
/// Errors: the checkpoint is of another training, or damaged twice; 10 batches in a row, or a tenth of an epoch's (at
/// least 10), are not finite; disk full.
TrainResult train_network(const NetworkRequest& request, const LoopOptions& options);

}  // namespace galen
