#pragma once
// Compiled networks kept in memory, a bounded number of them.
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "galen/engine/engine.h"

namespace galen::openvino {

/// The last executables that were asked for, by key. Safe for use from several threads.
class Kept {
 public:
  using Item = std::shared_ptr<const Executable>;
  explicit Kept(std::size_t max_kept);

  /// The item under key; made by make() where it is not kept. Two threads that ask for one key at once get one item,
  /// made once; what make() throws reaches both and is not kept.
  Item get(const std::string& key, const std::function<Item()>& make);

  /// Keeps nothing any more; those who hold an item keep it.
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
