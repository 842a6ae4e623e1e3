#pragma once
// The training loop that all tasks share.
#include <functional>
#include <string>
#include <vector>

#include "galen/engine/gradients.h"
#include "galen/pipeline/task.h"

namespace galen {

struct LoopOptions {
  /// Folder for this training only, created if missing: checkpoints, log.jsonl, training.html, the best network so far.
  fs::path folder;
  bool resume = false;             ///< resume from the folder's checkpoint, if there is one; else start anew
  std::string identity;            ///< identifies the training (recipe, data, fold, seed); a checkpoint must match it
  std::string title;               ///< of training.html
  double time_limit_seconds = 0;   ///< for the whole training without interruptions; 0: none
  double checkpoint_seconds = 60;  ///< interval between checkpoints: about the most work that a kill can lose
  int workers = 1;                 ///< threads that prefetch batches; no effect on results
  TrainableOptions trainable;
  const Graph* start = nullptr;   ///< initial weights, copied by name if shapes agree
  std::function<double()> clock;  ///< seconds, increasing; empty: the machine's clock
};

struct NetworkRequest {
  const Training& training;
  const Schedule& schedule;
  std::uint64_t seed;
  GradientEngine& gradients;
  Engine& engine;
  Progress& progress;
};

/// A change of the training's planned end, made to meet a time limit.
struct PaceChange {
  std::int64_t at_update = 0, new_end = 0;
};

struct TrainResult {
  Graph network;          ///< Training::network() with the kept weights (the moving average, if there is one)
  Validation validation;  ///< of the kept weights; NaN and no values if there was nothing to validate on
  int kept_epoch = 0;     ///< the epoch, from 1, at whose end the weights were kept
  int epochs = 0;         ///< completed
  std::int64_t updates = 0;
  std::int64_t skipped = 0;  ///< batches whose loss or gradient was not finite
  double seconds = 0;
  bool stopped_early = false;
  std::vector<PaceChange> pace;  ///< empty: the recipe alone reproduces these weights
  /// Precision, device, processor and threads, in order of use. Several entries: it was resumed under other conditions,
  /// and the weights are not reproducible.
  std::vector<std::string> computed_by;
};

/// Trains by the schedule. The result depends only on the training, the schedule, the seed, the initial weights and the
/// number of threads; with a time limit that shortens the schedule, also on `pace`.
///
/// With a time limit, the end of the training is planned from the measured rate and adjusted (never past the schedule's
/// epochs), so that the decay of the learning rate ends at the limit. A requested stop (stop_requested()) takes effect
/// at the next update, with a checkpoint and an Error of Fault::interrupted. Resumed, the training gives the same bits
/// as without the stop, unless precision, device, processor or threads differ, which is reported and recorded.
///
/// Errors: the checkpoint belongs to another training, or both checkpoints are damaged; loss or gradient not finite for
/// 10 batches in a row, or for a tenth of an epoch's batches (at least 10); disk full.
TrainResult train_network(const NetworkRequest& request, const LoopOptions& options);

}  // namespace galen
