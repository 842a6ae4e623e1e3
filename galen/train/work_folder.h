#pragma once
// The folder next to a bundle in which its training stores its progress.
#include <optional>

#include "galen/base/file_lock.h"
#include "galen/train/train_bundle.h"

namespace galen {

/// options.work, or the target's path with ".training" appended.
fs::path work_folder(const TrainOptions& options);

/// To be called before planning, which takes time. Errors (usage): another training is using the folder; the target
/// exists or the folder holds a training, with neither resume nor force; the folder holds other things.
void check_places(const TrainOptions& options);

/// The recipe of an unfinished training, to resume without planning again; empty if the folder holds no training.
std::optional<Recipe> recipe_of_work(const fs::path& work);

/// The error for a bundle that exists and must not be replaced.
Error target_exists(const fs::path& target);

/// Locks the folder for one training.
class WorkFolder {
 public:
  /// run: "identity" identifies the training, the rest describes it. With resume, the folder's contents are kept; else
  /// they are removed. Errors: another training is using the folder (usage); the training to resume has another
  /// identity; the folder cannot be created.
  WorkFolder(fs::path path, const Json& run, bool resume);

  /// After an error: removes the folder, unless it was resumed or holds something to resume from.
  void remove_if_nothing_is_done() const;

 private:
  const fs::path path_;
  const FileLock lock_;
  bool resumed_ = false;
};

}  // namespace galen
