#pragma once
// The state of a training on disk: two generations, so that a kill at any moment leaves a good one.
#include <map>
#include <optional>
#include <string>

#include "galen/base/json.h"
#include "galen/base/progress.h"
#include "galen/base/tensor.h"

namespace galen {

struct Checkpoint {
  std::map<std::string, Tensor> state;  ///< of the trainable
  Json counters = Json::object();       ///< of the loop
};

/// Keeps checkpoint.safetensors and checkpoint.previous.safetensors in a folder, each with a checksum (SHA-256) inside
/// over all its bytes.
class CheckpointStore {
 public:
  explicit CheckpointStore(fs::path folder) : folder_(std::move(folder)) {}

  /// Written beside, flushed and renamed; the one before is kept. Errors: disk full, folder not writable (what was
  /// there stays good).
  void save(const Checkpoint& checkpoint) const;
  /// The newest good one; none when there are no files. A damaged newest is put aside (*.damaged) with a word to
  /// progress, and the older is taken. Errors: files are there, but none is good.
  std::optional<Checkpoint> load(Progress& progress) const;
  /// Removes what save() made.
  void clear() const;

 private:
  fs::path newest() const { return folder_ / "checkpoint.safetensors"; }
  fs::path previous() const { return folder_ / "checkpoint.previous.safetensors"; }
  fs::path folder_;
};

}  // namespace galen
