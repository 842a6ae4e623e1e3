#pragma once
// The state of a training on disk, in two generations, so that a kill at any moment leaves a valid one.
#include <map>
#include <optional>
#include <string>

#include "galen/base/json.h"
#include "galen/base/progress.h"
#include "galen/base/tensor.h"

namespace galen {

struct Checkpoint {
  std::map<std::string, Tensor> state;  ///< Trainable::state()
  Json counters = Json::object();       ///< of the training loop
};

/// Keeps checkpoint.safetensors and checkpoint.previous.safetensors in a folder, each containing a SHA-256 checksum of
/// all its bytes.
class CheckpointStore {
 public:
  explicit CheckpointStore(fs::path folder) : folder_(std::move(folder)) {}

  /// Atomic: writes a temporary file, flushes and renames it; keeps the previous checkpoint. Errors: disk full, folder
  /// not writable (the earlier checkpoint stays valid).
  void save(const Checkpoint& checkpoint) const;
  /// The newest valid checkpoint; empty if there are no files. A damaged one is renamed to *.damaged, with a message to
  /// progress, and the older one is used. Errors: there are files, but none is valid.
  std::optional<Checkpoint> load(Progress& progress) const;
  /// Removes the files of save().
  void clear() const;

 private:
  fs::path newest() const { return folder_ / "checkpoint.safetensors"; }
  fs::path previous() const { return folder_ / "checkpoint.previous.safetensors"; }
  fs::path folder_;
};

}  // namespace galen
