#include "galen/base/progress.h"

#include "galen/base/error.h"

namespace galen {
namespace {
std::atomic<bool> stop_flag{false};  // set by a signal handler, hence global
static_assert(std::atomic<bool>::is_always_lock_free);
}  // namespace

Progress& no_progress() {
  static Progress silent;
  return silent;
}

bool stop_requested() {
  return stop_flag.load(std::memory_order_relaxed);
}
void request_stop() {
  stop_flag.store(true, std::memory_order_relaxed);
}
void clear_stop() {
  stop_flag.store(false, std::memory_order_relaxed);
}

void check_stop() {
  if (stop_requested()) throw Error("", "interrupted", "", "", Fault::interrupted);
}

}  // namespace galen
