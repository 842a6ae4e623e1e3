#include "galen/train/batches.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace galen {

using Batch = std::map<std::string, Tensor>;

struct Batches::Queue {
  struct Slot {
    Batch batch;
    std::exception_ptr failure;
  };

  Queue(const Training& of, int batches_per_epoch, std::int64_t first, int workers)
      : training(of), per_epoch(batches_per_epoch), wanted(first), claimed(first), ahead(workers + 2) {
    for (int i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
  }

  ~Queue() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    changed.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  Slot make(std::int64_t number) const {
    Slot slot;
    try {
      slot.batch = training.batch(static_cast<std::uint64_t>(number / per_epoch),
                                  static_cast<std::uint64_t>(number % per_epoch));
    } catch (...) {
      slot.failure = std::current_exception();
    }
    return slot;
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stop || claimed < wanted + ahead; });
      if (stop) return;
      const std::int64_t number = claimed++;
      lock.unlock();
      Slot slot = make(number);
      lock.lock();
      ready.emplace(number, std::move(slot));
      changed.notify_all();
    }
  }

  Slot take() {
    if (threads.empty()) return make(wanted++);
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return ready.contains(wanted); });
    Slot slot = std::move(ready.extract(wanted).mapped());
    ++wanted;
    changed.notify_all();
    return slot;
  }

  const Training& training;
  const std::int64_t per_epoch;
  std::int64_t wanted, claimed;
  const std::int64_t ahead;
  bool stop = false;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::int64_t, Slot> ready;
  std::vector<std::thread> threads;
};

Batches::Batches(const Training& training, int batches_per_epoch, std::int64_t first, int workers)
    : queue_(std::make_unique<Queue>(training, batches_per_epoch, first, workers)) {}

Batches::~Batches() = default;

Batch Batches::next() {
  Queue::Slot slot = queue_->take();
  if (slot.failure) std::rethrow_exception(slot.failure);
  return std::move(slot.batch);
}

}  // namespace galen
