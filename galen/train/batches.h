#pragma once
// Batches made ahead of need by background workers, handed out in order: results do not depend on how many there are.
#include <cstdint>
#include <memory>

#include "galen/pipeline/task.h"

namespace galen {

/// Endless, from (epoch, index) on. At most workers + 2 batches wait in memory. The training must outlive it.
class Batches {
 public:
  /// workers 0: each batch is made when it is asked for.
  Batches(const Training& training, int batches_per_epoch, std::int64_t first, int workers);
  ~Batches();
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  /// The next batch. Errors: what making it threw, at its place in the order.
  std::map<std::string, Tensor> next();

 private:
  struct Queue;
  std::unique_ptr<Queue> queue_;
};

}  // namespace galen
