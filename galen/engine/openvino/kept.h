#pragma once
// A bounded number of compiled networks kept in memory.
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "galen/engine/engine.h"

namespace galen::openvino {

/// The most recently requested executables, by key. Thread-safe.
class Kept {
 public:
  using Item = std::shared_ptr<const Executable>;
  explicit Kept(std::size_t max_kept);

  /// The item for key, made by make() if it is not kept. Threads that request the same key at once share one item, made
  /// once; an exception from make() reaches all of them and is not kept.
  Item get(const std::string& key, const std::function<Item()>& make);

  /// Drops all items; those in use remain valid.
  void clear();

 private:
  struct Entry {
    std::string key;
    std::shared_future<Item> item;
  };
  std::size_t max_kept_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the most recently used first
};

}  // namespace galen::openvino
