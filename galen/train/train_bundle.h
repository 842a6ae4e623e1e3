#pragma once
// From a recipe and a dataset to a bundle: networks by fold and seed, calibration and scores on cases not used to train
// them, and goldens, in one folder that is written atomically.
#include <memory>
#include <optional>
#include <vector>

#include "galen/engine/gradients.h"
#include "galen/pipeline/task.h"

namespace galen {

struct TrainOptions {
  fs::path target;                     ///< folder of the bundle
  fs::path work;                       ///< for checkpoints, logs, pages, networks; empty: target + ".training"
  int folds = 0;                       ///< 0: the dataset's own splits
  std::vector<int> only_folds;         ///< folds to train now, from 0; empty: all
  int seeds = 1;                       ///< networks per fold
  bool refit = false;                  ///< put a network trained on all patients into the bundle, see train_bundle()
  double time_limit_seconds = 0;       ///< for all training in this call; 0: none
  bool resume = false, force = false;  ///< resume: continue in the work folder; force: start anew, replace the target
  std::optional<Graph> start;          ///< fine-tuning: initial weights
  std::shared_ptr<const Bundle> start_bundle;  ///< the bundle of these weights, if any
  std::string start_name;                      ///< recorded as their source
  int workers = 1;
  TrainableOptions trainable;
};

/// The task, data and engines of a training.
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
/// With K folds, the outer fold is for testing, validate is taken from the rest by patient, and the dataset's test
/// split is not used; records are out-of-fold, pooled over all completed folds (of this call and earlier ones), and the
/// bundle holds their networks as an ensemble. With refit, once all folds are done, it holds instead the network (or
/// `seeds` of them) trained on all patients for the median of the epochs that the folds kept; scores, calibration and
/// coverage remain those of the folds' networks, and the protocol says so. Without folds, the dataset's splits are
/// used: calibrate for the conclusions (validate if there is none, which the protocol says), test for the scores.
///
/// A time limit is divided equally among the networks still to be trained, with a share for a refit, which is itself
/// limited only by its epochs; for a resumed network, the time it took before counts. Completed work is kept: on
/// resume, folds that have a records.jsonl are not trained again.
///
/// The scored cases are examined in f32 and in each lower precision that the processor computes natively; the effect
/// goes into Bundle::precisions (pipeline/precision_effect.h), unless some fold was not examined in that precision.
///
/// Errors: as check_places(); the target or the work folder belongs to another recipe, dataset or seed; errors of
/// train_network(), the task and the files.
void train_bundle(const TrainRequest& request, const TrainOptions& options);

}  // namespace galen
