#pragma once
// The folder beside a bundle in which its training keeps what it has done.
#include <optional>

#include "galen/base/file_lock.h"
#include "galen/train/train_bundle.h"

namespace galen {

/// options.work, or the target's name and ".training".
fs::path work_folder(const TrainOptions& options);

/// To be asked before a plan is made, which takes its time. Errors (usage): another training works in the folder; the
/// target exists, or the folder holds a training, that is neither resumed nor forced; the folder holds other things.
void check_places(const TrainOptions& options);

/// The recipe of an unfinished training, for resuming without planning again; none where the folder is not one.
std::optional<Recipe> recipe_of_work(const fs::path& work);

/// The bundle is there and may not be replaced.
Error target_exists(const fs::path& target);

/// Holds the folder for one training.
class WorkFolder {
 public:
  /// run: "identity" names the training, the rest describes it. With resume, what the folder holds stays; else the
  /// training begins in an empty one. Errors: another training works there (usage); the folder to be resumed is of
  /// another identity; it cannot be made.
  WorkFolder(fs::path path, const Json& run, bool resume);

  /// After an error: the folder goes, unless it was resumed or holds something to resume from.
  void remove_if_nothing_is_done() const;

 private:
  const fs::path path_;
  const FileLock lock_;
  bool resumed_ = false;
};

}  // namespace galen
