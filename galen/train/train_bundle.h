#pragma once
// From a recipe and a dataset to a bundle: networks by fold and seed, calibration and scores on cases that they did not
// see, goldens, all in one folder that appears whole.
#include <memory>
#include <optional>
#include <vector>

#include "galen/engine/gradients.h"
#include "galen/pipeline/task.h"

namespace galen {

struct TrainOptions {
  fs::path target;                     ///< the bundle
  fs::path work;                       ///< checkpoints, logs, pages, networks of folds; empty: target + ".training"
  int folds = 0;                       ///< 0: the dataset's own splits
  std::vector<int> only_folds;         ///< to train now, from 0; empty: all
  int seeds = 1;                       ///< networks of each fold
  bool refit = false;                  ///< the bundle holds one network trained on all patients, see train_bundle()
  double time_limit_seconds = 0;       ///< of all that is trained now; 0: none
  bool resume = false, force = false;  ///< go on with the work folder; begin anew, and replace the target
  std::optional<Graph> start;          ///< fine-tuning: weights to begin with
  std::shared_ptr<const Bundle> start_bundle;  ///< where they are from, if from a bundle
  std::string start_name;                      ///< for the record
  int workers = 1;
  TrainableOptions trainable;
};

/// What is trained, of what, and with what.
struct TrainRequest {
  const Task& task;
  const Recipe& recipe;
  const Dataset& dataset;
  const LoadCase& load;
  GradientEngine& gradients;
  Engine& engine;
  Progress& progress;
};

/// Trains, examines, concludes and writes the bundle.
///
/// With folds K, the outer fold is test, validate is carved from the rest by patient, and the test split of the dataset
/// stays untouched; records are out-of-fold, pooled over the folds that are done (this call's and earlier ones'), and
/// the bundle holds their networks as an ensemble. With refit, once all folds are done, it holds instead the network
/// (or `seeds` of them) that is trained on all patients, for the median of the epochs that the folds kept; scores,
/// calibration and coverage stay those of the folds' networks, and the protocol says so. Without folds, the dataset's
/// splits are used: calibrate for the conclusions (validate where there is none, and that is said), test for the
/// scores.
///
/// A time limit is shared equally by the networks that are still to be trained, a share left for a refit, which
/// itself has no limit but its epochs; of one that goes on, what it took before counts. Work that is done stays: folds
/// that have their records.jsonl are not trained again by resume.
///
/// The cases that scores are of are examined in f32 and in each lower precision that the processor computes natively;
/// what that changes goes into Bundle::precisions (pipeline/precision_effect.h), unless some fold was examined without.
///
/// Errors: what check_places() refuses; the target or the work folder is of another recipe, dataset or seed; what
/// train_network(), the task and the files throw.
void train_bundle(const TrainRequest& request, const TrainOptions& options);

}  // namespace galen
