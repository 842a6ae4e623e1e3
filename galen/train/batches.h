#pragma once
// Batches prefetched by background workers and delivered in order, so that results do not depend on their number.
#include <cstdint>
#include <memory>

#include "galen/pipeline/task.h"

namespace galen {

/// Endless, from batch number `first` (over all epochs). At most workers + 2 batches wait in memory; the training must
/// outlive this object.
class Batches {
 public:
  /// workers 0: each batch is made on demand.
  Batches(const Training& training, int batches_per_epoch, std::int64_t first, int workers);
  ~Batches();
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  /// The next batch. Errors: rethrows what making this batch threw.
  std::map<std::string, Tensor> next();

 private:
  struct Queue;
  std::unique_ptr<Queue> queue_;
};

}  // namespace galen
