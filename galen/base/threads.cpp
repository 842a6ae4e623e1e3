#include "galen/base/threads.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "galen/base/control_group.h"

namespace galen {
namespace {

std::atomic<int> chosen_threads{0};  // 0: not chosen; global, as threads belong to the process

int usable_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int n = 1;
  if (sched_getaffinity(0, sizeof set, &set) == 0) n = std::max(1, CPU_COUNT(&set));
  const double granted = std::ceil(group_limits().processors.value_or(n) - 0.001);
  return static_cast<int>(std::clamp(granted, 1.0, static_cast<double>(n)));
}

// A loop whose pieces are taken by the workers and the calling thread.
struct Loop {
  const std::function<void(std::size_t, std::size_t)>* body;
  std::size_t count, piece;
  std::atomic<std::size_t> next{0};
  std::atomic<int> running{0};
  std::size_t helpers = 0;  // workers that may still join; guarded by the pool's mutex
  std::mutex mutex;
  std::exception_ptr failure;

  void work() {
    while (true) {
      const std::size_t begin = next.fetch_add(piece);
      if (begin >= count) return;
      try {
        (*body)(begin, std::min(count, begin + piece));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  }
};

thread_local bool inside_loop = false;

class Pool {
 public:
  explicit Pool(int workers) {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { serve(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void run(const std::shared_ptr<Loop>& loop) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(loop);
    }
    wake_.notify_all();
    loop->work();
    std::unique_lock lock(mutex_);
    std::erase(queue_, loop);
    done_.wait(lock, [&] { return loop->running == 0; });
  }

 private:
  void serve() {
    inside_loop = true;
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (stop_) return;
      const std::shared_ptr<Loop> loop = queue_.front();
      ++loop->running;
      if (--loop->helpers == 0) std::erase(queue_, loop);
      lock.unlock();
      loop->work();
      lock.lock();
      --loop->running;
      std::erase(queue_, loop);
      done_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::shared_ptr<Loop>> queue_;
  std::vector<std::thread> threads_;
  bool stop_ = false;
};

}  // namespace

int thread_count() {
  static const int usable = usable_threads();
  const int chosen = chosen_threads;
  return chosen > 0 ? chosen : usable;
}

void set_thread_count(int threads) {
  chosen_threads = std::max(0, threads);
}

void parallel_for(std::size_t count, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body) {
  if (count == 0) return;
  const auto threads = static_cast<std::size_t>(thread_count());
  grain = std::max<std::size_t>(grain, 1);
  if (inside_loop || threads == 1 || count <= grain) {
    body(0, count);
    return;
  }
  static Pool pool(std::max(1, usable_threads() - 1));
  const auto loop = std::make_shared<Loop>();
  loop->body = &body;
  loop->count = count;
  loop->piece = std::max(grain, (count + threads * 4 - 1) / (threads * 4));
  loop->helpers = threads - 1;
  inside_loop = true;
  pool.run(loop);
  inside_loop = false;
  if (loop->failure) std::rethrow_exception(loop->failure);
}

}  // namespace galen
