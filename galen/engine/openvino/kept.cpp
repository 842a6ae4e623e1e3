#include "galen/engine/openvino/kept.h"

#include <algorithm>

#include "galen/engine/own_copy.h"

namespace galen::openvino {

Kept::Kept(std::size_t max_kept) : max_kept_(std::max<std::size_t>(1, max_kept)) {}

Kept::Item Kept::get(const std::string& key, const std::function<Item()>& make) {
  std::promise<Item> promise;
  {
    std::unique_lock lock(mutex_);
    const auto found = std::ranges::find(entries_, key, &Entry::key);
    if (found != entries_.end()) {
      entries_.splice(entries_.begin(), entries_, found);
      const std::shared_future<Item> item = found->item;
      lock.unlock();
      try {
        return item.get();
      } catch (...) {
        throw_own(std::current_exception());
      }
    }
    entries_.push_front({key, promise.get_future().share()});
    if (entries_.size() > max_kept_) entries_.pop_back();
  }
  try {
    const Item item = make();
    promise.set_value(item);
    return item;
  } catch (...) {
    const std::exception_ptr failure = std::current_exception();
    promise.set_exception(failure);
    {
      const std::lock_guard lock(mutex_);
      entries_.remove_if([&](const Entry& entry) { return entry.key == key; });
    }
    throw_own(failure);
  }
}

void Kept::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace galen::openvino
